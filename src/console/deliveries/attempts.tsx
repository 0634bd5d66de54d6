import { useTranslation } from 'react-i18next';
import { CodeText } from '../shared/code-text.js';
import { DataTable } from '../shared/data-table.js';
import { formatMs } from '../shared/duration.js';
import { Empty } from '../shared/empty.js';
import { said } from '../shared/said.js';
import { Time } from '../shared/time.js';
import type { Delivery } from './delivery.types.js';

const OUTCOMES = ['DELIVERED', 'FAILED', 'BLOCKED', 'GONE'] as const;

export function Attempts({ attempts }: Pick<Delivery, 'attempts'>) {
  const { t } = useTranslation();
  const wordOf = (outcome: string): string => {
    const known = OUTCOMES.find((one) => one === outcome);
    return known === undefined ? outcome : t(`deliveries.outcome.${known}`);
  };
  if (attempts.length === 0) return <Empty title={t('deliveries.noAttempts')} />;
  return (
    <DataTable
      label={t('field.attempts')}
      rows={attempts}
      idOf={({ id }) => id}
      columns={[
        { header: t('field.at'), cell: ({ at }) => <Time value={at} /> },
        { header: t('field.outcome'), cell: ({ outcome }) => wordOf(outcome) },
        { header: t('field.httpStatus'), cell: ({ status }) => status ?? '—' },
        { header: t('field.latency'), align: 'right', cell: ({ latencyMs }) => formatMs(latencyMs) },
        { header: t('field.address'), cell: ({ address }) => address ?? '—' },
        { header: t('field.problem'), cell: ({ error }) => <CodeText text={error && said(error)} /> },
      ]}
    />
  );
}
