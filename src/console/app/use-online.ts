import { useSyncExternalStore } from 'react';

function subscribe(tell: () => void): () => void {
  addEventListener('online', tell);
  addEventListener('offline', tell);
  return () => {
    removeEventListener('online', tell);
    removeEventListener('offline', tell);
  };
}

/** Whether the browser has a line, right from the first drawing on. */
export const useOnline = (): boolean => useSyncExternalStore(subscribe, () => navigator.onLine);
