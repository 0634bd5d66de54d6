import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { CombinedError, TypedDocumentNode } from 'urql';
import { useAnswer } from '../graphql/use-answer.js';

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
  /** Of a question that is not in the address: which one it is. A cursor in the address is of one question only. */
  question?: string | undefined;
}

/** What of the address says where in a list one is. */
export const PLACE = ['after', 'before', 'question'] as const;

/**
 * One keyset page of a list; the cursor is in the address, so that a page can be reloaded, shared and gone back to. While
 * another question is on its way there are no rows: those of the last one are no answer to it.
 */
export function useConnection<Data, Variables extends PageArguments, Row>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, keyof PageArguments>,
  { pick, types, size = 25, pause = false, question }: ConnectionOptions<Data, Row>,
): ConnectionPage<Row> {
  const [search, setSearch] = useSearchParams();
  const isOfThis = search.get('question') === (question ?? null);
  const after = isOfThis ? search.get('after') : null;
  const before = isOfThis ? search.get('before') : null;
  const page: PageArguments = before === null ? { first: size, after } : { last: size, before };
  const typeKey = types.join();
  const context = useMemo(() => ({ additionalTypenames: typeKey.split(',') }), [typeKey]);
  // The page arguments are what was left out above.
  const asked = { ...variables, ...page } as Variables;
  const [{ data, error, fetching }, reload] = useAnswer(document, asked, { context, pause });
  const connection = data === undefined ? undefined : pick(data);
  const turn = (name: 'after' | 'before', cursor: string | null | undefined) => () =>
    setSearch((current) => {
      for (const part of PLACE) current.delete(part);
      if (cursor != null) current.set(name, cursor);
      if (question !== undefined) current.set('question', question);
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
    reload,
  };
}
