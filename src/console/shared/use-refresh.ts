import { useInterval } from '@mantine/hooks';
import { useEffect } from 'react';

/** Reads again every so often while it is wanted; not while an answer is on its way. */
export function useRefresh({ fetching }: { fetching: boolean }, reread: () => void, ms: number, wanted = true): void {
  const { start, stop } = useInterval(() => {
    if (!fetching) reread();
  }, ms);
  useEffect(() => {
    if (wanted) start();
    return stop;
  }, [wanted, start, stop]);
}
