import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { NavigationType, useBlocker } from 'react-router';
import { ConfirmDialog } from '../shared/confirm-dialog.js';
import { isAnythingUnsaved } from '../shared/unsaved.js';

/** Asks before what is being written is lost: over a link, the browser's back, or with the tab. */
export function Leaving() {
  const { t } = useTranslation();
  const { state, proceed, reset } = useBlocker(
    ({ currentLocation: from, nextLocation: to, historyAction }) =>
      // Within a page only the browser's own buttons lead away from what is open; the rest of it changes filters.
      (from.pathname !== to.pathname || (historyAction === NavigationType.Pop && from.search !== to.search)) &&
      isAnythingUnsaved(),
  );
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => {
      if (isAnythingUnsaved()) event.preventDefault();
    };
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  if (state !== 'blocked') return null;
  // Drawn only now, and so above the form.
  return (
    <ConfirmDialog
      title={t('leaving.title')}
      text={t('leaving.text')}
      label={t('leaving.leave')}
      danger
      opened
      busy={false}
      onClose={reset}
      onConfirm={async () => proceed()}
    />
  );
}
