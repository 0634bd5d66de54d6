import { useLayoutEffect, useRef } from 'react';

/** A button that is at work is disabled, and loses the focus by it: it has it back when the work is done. */
export function useFocusKept(isAtWork: boolean): void {
  const held = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (isAtWork) held.current = document.activeElement;
    else if (held.current instanceof HTMLElement && document.activeElement === document.body) held.current.focus();
  }, [isAtWork]);
}
