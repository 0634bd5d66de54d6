import { useWindowEvent } from '@mantine/hooks';

const DIALOGS = '.mantine-Modal-content, .mantine-Drawer-content';

/** Escape closes the dialog on top alone; each of Mantine's listens for itself, so that a question took the form below with it. */
export function EscapeOnTop() {
  useWindowEvent(
    'keydown',
    (event) => {
      const dialogs = [...document.querySelectorAll(DIALOGS)];
      // What is open within a dialog, such as a list of choices, closes first, and says so.
      const isTaken = event.target instanceof Element && event.target.closest('[data-mantine-stop-propagation=true]');
      if (event.key !== 'Escape' || dialogs.length < 2 || isTaken) return;
      event.stopImmediatePropagation();
      dialogs.at(-1)?.querySelector<HTMLElement>('.mantine-Modal-close, .mantine-Drawer-close')?.click();
    },
    { capture: true },
  );
  return null;
}
