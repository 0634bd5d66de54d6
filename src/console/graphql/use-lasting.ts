import { useEffect, useEffectEvent } from 'react';
import { createRequest, useQuery, type AnyVariables, type TypedDocumentNode } from 'urql';

const RETRY_MS = 5000;

/** What does not change while the gateway runs: read once, and where that fails again until it has come. */
export function useLasting<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Data | undefined {
  const request = createRequest(document, variables);
  const [{ data, error }, ask] = useQuery({ ...request, requestPolicy: 'cache-first' });
  const askAgain = useEffectEvent(() => ask({ requestPolicy: 'network-only' }));
  useEffect(() => {
    if (error === undefined) return undefined;
    const later = setTimeout(askAgain, RETRY_MS);
    return () => clearTimeout(later);
  }, [error]);
  return data;
}
