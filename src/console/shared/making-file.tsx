/** A file that takes its time: after two seconds it is told how far it is, whatever page is open, and can be stopped there. */
import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { translations } from '../i18n/i18n.js';

/** Also how often it is told anew: who hears the page is not talked to without end. */
const TOLD_EVERY_MS = 2000;

export interface Making {
  /** Aborted by whoever stops it. */
  signal: AbortSignal;
  /** Told how many rows there are so far. */
  onRows: (rows: number) => void;
}

/** @throws what `make` throws, but for who stopped it */
export async function makeFile(make: (making: Making) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const stopped = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const progress = progressOf(() => stop.abort());
  try {
    // What cannot be aborted, such as waiting for a session, is no longer waited for.
    await Promise.race([make({ signal, onRows: progress.onRows }), stopped]);
  } catch (error) {
    if (!signal.aborted) throw error;
    notifications.show({ color: 'gray', message: translations.t('export.stopped') });
  } finally {
    progress.end();
  }
}

function progressOf(onStop: () => void) {
  const id = crypto.randomUUID();
  let rows = 0;
  const tell = (): void => {
    const message = <Progress rows={rows} onStop={onStop} />;
    const shown = { id, message, loading: true, autoClose: false, allowClose: false, role: 'status' };
    notifications.show(shown);
    notifications.update(shown);
  };
  const timer = setInterval(tell, TOLD_EVERY_MS);
  return {
    onRows: (count: number): void => {
      rows = count;
    },
    end: (): void => {
      clearInterval(timer);
      notifications.hide(id);
    },
  };
}

function Progress({ rows, onStop }: { rows: number; onStop: () => void }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      {rows === 0 ? translations.t('export.making') : translations.t('export.soFar', { count: rows })}
      <Button variant="default" size="compact-xs" onClick={onStop}>
        {translations.t('export.stop')}
      </Button>
    </Group>
  );
}
