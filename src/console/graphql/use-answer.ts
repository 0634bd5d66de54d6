import { useEffect, useEffectEvent, useRef, useState } from 'react';
import {
  createRequest,
  useQuery,
  type AnyVariables,
  type CombinedError,
  type OperationContext,
  type RequestPolicy,
  type TypedDocumentNode,
} from 'urql';

export interface Answer<Data> {
  data: Data | undefined;
  error: CombinedError | undefined;
  /** Also while what is shown is read again. */
  fetching: boolean;
}

interface AnswerOptions {
  context?: Partial<OperationContext>;
  pause?: boolean;
  requestPolicy?: RequestPolicy;
}

/**
 * The answer to this question and to no other: urql goes on showing that to the last one until this one's has come. Where
 * it cannot be read again, what was read stays beside the error: urql takes it away, and what is being written on the page
 * with it. To read again waits for an answer that is on its way, and reads behind it: urql gives it up for the new one, so
 * that none would ever come over a slow line.
 */
export function useAnswer<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  options: AnswerOptions = {},
): [answer: Answer<Data>, reread: () => void] {
  const request = createRequest(document, variables);
  const [{ data: read, error, operation, ...state }, execute] = useQuery({ ...request, ...options });
  const isAnswer = operation?.key === request.key;
  const [last, setLast] = useState<{ key: number; data: Data }>();
  if (isAnswer && read !== undefined && read !== last?.data) setLast({ key: request.key, data: read });
  const fetching = state.fetching || state.stale;
  const due = useRef(false);
  const readAnew = useEffectEvent(() => execute({ requestPolicy: 'network-only' }));
  useEffect(() => {
    if (fetching || !due.current) return;
    due.current = false;
    readAnew();
  }, [fetching]);
  const reread = (): void => {
    if (fetching) due.current = true;
    else execute({ requestPolicy: 'network-only' });
  };
  const kept = last?.key === request.key ? last.data : undefined;
  const data = isAnswer && read !== undefined ? read : kept;
  return [{ data, error: isAnswer ? error : undefined, fetching }, reread];
}
