import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface DialogButtonProps {
  label: string;
  /** Drawn anew each time that it is opened: nothing typed before is kept. */
  children: (close: () => void) => ReactNode;
}

/** A button that opens a form. */
export function DialogButton({ label, children }: DialogButtonProps) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={label} closeButtonProps={{ 'aria-label': t('action.close') }}>
        {children(close)}
      </Modal>
    </>
  );
}
