import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useClient, type TypedDocumentNode } from 'urql';
import { DownloadMenu } from './download-menu.js';
import type { Making } from './making-file.js';
import { saveRows, type RowsKind } from './save-rows.js';
import type { Connection, PageArguments } from './use-connection.js';

/** So many rows at once, and at most: more is for the API. */
const PAGE = 100;
const MOST = 10_000;
const KINDS: readonly RowsKind[] = ['csv', 'ndjson'];

interface ExportListProps<Data, Variables extends PageArguments, Row> {
  /** Of the file. */
  name: string;
  document: TypedDocumentNode<Data, Variables>;
  /** The filter that is set. */
  variables: Omit<Variables, keyof PageArguments>;
  pick: (data: Data) => Connection<Row>;
}

/** The whole list behind a page, with the filter that is set, as a file; read and recorded page by page as on screen. */
export function ExportList<Data, Variables extends PageArguments, Row extends object>(
  props: ExportListProps<Data, Variables, Row>,
) {
  const { t } = useTranslation();
  const client = useClient();
  const read = async ({ signal, onRows }: Making): Promise<Row[]> => {
    const rows: Row[] = [];
    for (let after: string | null | undefined = null; after !== undefined && rows.length < MOST;) {
      // The page arguments are what was left out above.
      const variables = { ...props.variables, first: PAGE, after } as unknown as Variables;
      const answer = await client.query(props.document, variables, { requestPolicy: 'network-only' }).toPromise();
      signal.throwIfAborted();
      if (answer.error !== undefined) throw answer.error;
      if (answer.data === undefined) break;
      const { nodes, pageInfo }: Connection<Row> = props.pick(answer.data);
      rows.push(...nodes);
      onRows(rows.length);
      after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
    }
    return rows;
  };
  const save = async (kind: RowsKind, making: Making): Promise<void> => {
    const rows = await read(making);
    saveRows(props.name, kind, rows as Record<string, unknown>[]);
    const cut = rows.length >= MOST;
    notifications.show({
      color: cut ? 'yellow' : 'teal',
      message: t(cut ? 'export.cut' : 'export.done', { count: rows.length }),
    });
  };
  return <DownloadMenu kinds={KINDS} save={save} />;
}
