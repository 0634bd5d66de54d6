import { notifications } from '@mantine/notifications';
import { useEffect, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, type AnyVariables, type CombinedError, type TypedDocumentNode } from 'urql';
import { problemOf } from './problem.js';
import { useFocusKept } from './use-focus-kept.js';

export interface Outcome<Data> {
  data?: Data | undefined;
  error?: CombinedError | undefined;
}

/** The line of success, which may depend on the answer. */
export type Done<Data> = string | ((data: Data) => string);

const NONE: string[] = [];

/**
 * A mutation that says how it went: a line of success where one is given, and every refusal in the gateway's words, until
 * it is tried again or its form is left.
 * @param types of lists to ask for again that its answer does not name
 */
export function useMutationNotice<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  types = NONE,
): [busy: boolean, run: (variables: Variables, done?: Done<Data>) => Promise<Outcome<Data>>] {
  const { t } = useTranslation();
  const [{ fetching }, execute] = useMutation(document);
  useFocusKept(fetching);
  const id = useId();
  useEffect(() => () => void notifications.hide(id), [id]);
  const run = async (variables: Variables, done?: Done<Data>): Promise<Outcome<Data>> => {
    notifications.hide(id);
    const { data, error } = await execute(variables, { additionalTypenames: types });
    if (error !== undefined) {
      const { code, message } = problemOf(error);
      notifications.show({ id, color: 'red', title: t(`problem.${code}`), message, autoClose: 10_000 });
      // The data of a refused mutation is null, which its type does not tell.
      return { error };
    }
    const message = typeof done === 'function' ? data && done(data) : done;
    if (message !== undefined) notifications.show({ color: 'teal', message });
    return { data };
  };
  return [fetching, run];
}
