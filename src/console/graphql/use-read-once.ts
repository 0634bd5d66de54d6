import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useClient, type AnyVariables, type OperationResult, type TypedDocumentNode } from 'urql';

/**
 * What is read for a reason goes on record each time: it is read once, and not again behind the reader's back, as every
 * other query is after a change or where the session goes on. Undefined until it has come.
 */
export function useReadOnce<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): [answer: OperationResult<Data, Variables> | undefined, again: () => void] {
  const client = useClient();
  const [answer, setAnswer] = useState<OperationResult<Data, Variables>>();
  const isAsked = useRef(false);
  const ask = async (): Promise<void> => {
    setAnswer(undefined);
    setAnswer(await client.query(document, variables, { requestPolicy: 'network-only' }).toPromise());
  };
  const begin = useEffectEvent(() => void ask());
  useEffect(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    begin();
  }, []);
  return [answer, () => void ask()];
}
