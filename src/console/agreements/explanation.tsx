import { Alert, List, ScrollArea, Stack, Table, Text, ThemeIcon } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '../graphql/graphql.js';
import type { EXPLAIN_ACCESS } from './explain-access.document.js';
import { useExplained } from './explained.js';

type Explained = ResultOf<typeof EXPLAIN_ACCESS>['explainAccess'];

const recordedFirst = (a: { recorded: boolean }, b: { recorded: boolean }): number =>
  Number(b.recorded) - Number(a.recorded);

export function Explanation(explained: Explained) {
  const { found, released, steps, fields, membersReleased, membersLeftOut, consentBy, consentControllers } = explained;
  const { t } = useTranslation();
  const inWords = useExplained();
  const out = fields.filter((field) => field.released && field.recorded).length;
  return (
    <Stack gap="sm" role="status">
      <Alert color={released ? 'teal' : 'gray'} title={t(released ? 'explain.released' : 'explain.nothing')}>
        {found
          ? t('explain.summary', { out, of: fields.filter(({ recorded }) => recorded).length })
          : t('explain.notFound')}
        {membersReleased + membersLeftOut > 0 &&
          ` ${t('explain.members', { released: membersReleased, left: membersLeftOut })}`}
        {consentBy.map((by) => ` ${t(`explain.consentBy.${by}`)}`)}
        {!released &&
          consentControllers.length > 0 &&
          ` ${t('explain.signers', { names: consentControllers.map(({ name }) => name).join(', ') })}`}
      </Alert>
      <List spacing={6} size="sm" center>
        {steps.map(({ passed, ...step }) => (
          <List.Item key={step.reason} icon={<Verdict passed={passed} />}>
            {inWords.step(step)}{' '}
            <Text span size="xs" c="dimmed" className="mono">
              {step.reason}
            </Text>
          </List.Item>
        ))}
      </List>
      <ScrollArea.Autosize mah={360} viewportProps={{ tabIndex: 0, 'aria-label': t('field.fields'), role: 'region' }}>
        <Table aria-label={t('field.fields')} verticalSpacing={4}>
          <Table.Tbody>
            {fields.toSorted(recordedFirst).map(({ path, released: goesOut, recorded, reason }) => (
              <Table.Tr key={path}>
                <Table.Td w={28}>
                  <Verdict passed={goesOut} />
                </Table.Td>
                <Table.Td>
                  <span className="mono wrap-anywhere">{path}</span>
                  <Text size="xs" c="dimmed">
                    {inWords.field(reason)}
                    {!recorded && ` · ${t('explain.notRecorded')}`}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </Stack>
  );
}

function Verdict({ passed }: { passed: boolean }) {
  const { t } = useTranslation();
  return (
    <ThemeIcon
      size={18}
      radius="xl"
      color={passed ? 'teal.8' : 'red.8'}
      variant="filled"
      role="img"
      aria-label={t(passed ? 'state.yes' : 'state.no')}
    >
      {passed ? <IconCheck size={12} /> : <IconX size={12} />}
    </ThemeIcon>
  );
}
