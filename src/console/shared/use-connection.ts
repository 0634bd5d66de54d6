import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { useQuery, type CombinedError, type TypedDocumentNode } from 'urql';

export interface Connection<Row> {
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor?: string | null; endCursor?: string | null };
}

export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

export interface ConnectionPage<Row> {
  rows: Row[];
  fetching: boolean;
  error?: CombinedError | undefined;
  /** Whether this is the start of the list, where new rows appear. */
  atStart: boolean;
  next?: (() => void) | undefined;
  previous?: (() => void) | undefined;
  reload: () => void;
}

interface ConnectionOptions<Data, Row> {
  pick: (data: Data) => Connection<Row>;
  /** Type names whose mutations refresh this list, even while it is empty. */
  types: string[];
  size?: number;
  pause?: boolean;
}

/** One keyset page of a list; the cursor is in the address, so that a page can be reloaded, shared and gone back to. */
export function useConnection<Data, Variables extends PageArguments, Row>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, keyof PageArguments>,
  { pick, types, size = 25, pause = false }: ConnectionOptions<Data, Row>,
): ConnectionPage<Row> {
  const [search, setSearch] = useSearchParams();
  const after = search.get('after');
  const before = search.get('before');
  const page: PageArguments = before === null ? { first: size, after } : { last: size, before };
  const typeKey = types.join();
  const context = useMemo(() => ({ additionalTypenames: typeKey.split(',') }), [typeKey]);
  const [{ data, error, fetching }, reload] = useQuery({
    query: document,
    // The page arguments are what was left out above.
    variables: { ...variables, ...page } as Variables,
    context,
    pause,
  });
  const connection = data === undefined ? undefined : pick(data);
  const turn = (name: 'after' | 'before', cursor: string | null | undefined) => () =>
    setSearch((current) => {
      current.delete('after');
      current.delete('before');
      if (cursor != null) current.set(name, cursor);
      return current;
    });
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = connection?.pageInfo ?? {};
  return {
    rows: connection?.nodes ?? [],
    fetching,
    error,
    atStart: after === null && before === null,
    next: hasNextPage ? turn('after', endCursor) : undefined,
    previous: hasPreviousPage ? turn('before', startCursor) : undefined,
    reload: () => reload({ requestPolicy: 'network-only' }),
  };
}
