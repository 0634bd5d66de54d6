/** What is being written and not yet saved: who leaves the page is asked first. */
import { useEffect, useEffectEvent } from 'react';

const writings = new Set<() => boolean>();

export const isAnythingUnsaved = (): boolean => [...writings].some((isUnsaved) => isUnsaved());

/** @param isUnsaved asked when somebody leaves: what was saved a moment ago is not lost */
export function useUnsaved(isUnsaved: () => boolean): void {
  const ask = useEffectEvent(isUnsaved);
  useEffect(() => {
    const writing = () => ask();
    writings.add(writing);
    return () => void writings.delete(writing);
  }, []);
}
