import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CodeText } from '../shared/code-text.js';
import { formatMs } from '../shared/duration.js';
import { Empty } from '../shared/empty.js';
import { Time } from '../shared/time.js';
import type { Delivery } from './delivery.types.js';

export function Attempts({ attempts }: Pick<Delivery, 'attempts'>) {
  const { t } = useTranslation();
  if (attempts.length === 0) return <Empty title={t('deliveries.noAttempts')} />;
  return (
    <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={t('field.attempts')}>
        <Table.Thead>
          <Table.Tr>
            {(['at', 'outcome', 'httpStatus', 'latency', 'address', 'problem'] as const).map((name) => (
              <Table.Th key={name} scope="col">
                {t(`field.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {attempts.map((attempt) => (
            <Table.Tr key={attempt.id}>
              <Table.Td>
                <Time value={attempt.at} />
              </Table.Td>
              <Table.Td>{attempt.outcome}</Table.Td>
              <Table.Td>{attempt.status ?? '—'}</Table.Td>
              <Table.Td className="number">{formatMs(attempt.latencyMs)}</Table.Td>
              <Table.Td>{attempt.address ?? '—'}</Table.Td>
              <Table.Td maw={360}>
                <CodeText text={attempt.error} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
