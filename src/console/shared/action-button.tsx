import { Button, Tooltip, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { AnyVariables, TypedDocumentNode } from 'urql';
import { useMay, type Role } from '../session/me.js';
import { ConfirmDialog, type Confirmation } from './confirm-dialog.js';
import { useMutationNotice, type Done } from './use-mutation-notice.js';

interface ActionButtonProps<Data, Variables extends AnyVariables> extends Omit<ButtonProps, 'children'> {
  document: TypedDocumentNode<Data, Variables>;
  /** The reason is what the reader typed, where `confirm` asks for one. */
  variables: Variables | ((reason: string) => Variables);
  label: string;
  /** Told when it worked. */
  done?: Done<Data>;
  /** Who may; others do not see it. */
  roles: Role[];
  confirm?: Confirmation;
  /** Why it cannot be done now, and what comes first. */
  disabledBecause?: string | undefined;
  onDone?: (data: Data) => void;
}

/** One mutation on a button: asks first where it should, tells how it went, and is there only for those who may. */
export function ActionButton<Data, Variables extends AnyVariables>(props: ActionButtonProps<Data, Variables>) {
  const { document, variables, label, done, roles, confirm, disabledBecause, onDone, ...button } = props;
  const [busy, run] = useMutationNotice(document);
  const [asking, { open, close }] = useDisclosure();
  const may = useMay(roles);
  if (!may) return null;
  const begin = (): void => {
    if (disabledBecause !== undefined) return;
    if (confirm === undefined) void act();
    else open();
  };
  const act = async (reason = ''): Promise<void> => {
    const given = typeof variables === 'function' ? variables(reason) : variables;
    const { data, error } = await run(given, done);
    if (error !== undefined || data === undefined) return;
    close();
    onDone?.(data);
  };
  return (
    <>
      <Tooltip label={disabledBecause} disabled={disabledBecause === undefined}>
        <Button
          variant="default"
          {...button}
          data-disabled={disabledBecause === undefined ? undefined : true}
          aria-disabled={disabledBecause !== undefined}
          aria-description={disabledBecause}
          loading={busy}
          onClick={begin}
        >
          {label}
        </Button>
      </Tooltip>
      {confirm !== undefined && (
        <ConfirmDialog {...confirm} label={label} opened={asking} busy={busy} onClose={close} onConfirm={act} />
      )}
    </>
  );
}
