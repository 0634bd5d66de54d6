import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { makeFile, type Making } from './making-file.js';
import { tellProblem } from './tell-problem.js';
import { useFocusKept } from './use-focus-kept.js';

export type FileKind = 'csv' | 'ndjson' | 'json';

interface DownloadMenuProps<Kind extends FileKind> {
  kinds: readonly Kind[];
  save: (kind: Kind, making: Making) => Promise<void>;
}

/** What is shown, as a file of one of these kinds; why it failed is told. */
export function DownloadMenu<Kind extends FileKind>({ kinds, save }: DownloadMenuProps<Kind>) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  useFocusKept(busy);
  const begin = async (kind: Kind): Promise<void> => {
    setBusy(true);
    try {
      await makeFile((making) => save(kind, making));
    } catch (error) {
      tellProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" loading={busy} leftSection={<IconDownload size={14} aria-hidden />}>
          {t('export.open')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => (
          <Menu.Item key={kind} onClick={() => void begin(kind)}>
            {t(`export.${kind}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
