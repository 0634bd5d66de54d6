import { Button, Group, Paper, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { VariablesOf } from '../graphql/graphql.js';
import { useLasting } from '../graphql/use-lasting.js';
import { ReasonInput } from '../shared/reason-input.js';
import { useOptions } from '../shared/use-options.js';
import type { Registry } from '../shared/vocabulary.js';
import { IDENTIFIER_TYPES, type ACCESS_REPORT } from './access-report.document.js';

export type ReportQuestion = Omit<VariablesOf<typeof ACCESS_REPORT>, 'first'>;

interface ReportValues {
  /** Null: all of them. */
  registry: Registry | null;
  type: string;
  value: string;
  reason: string;
}

export function AskReport({ onAsk }: { onAsk: (question: ReportQuestion) => void }) {
  const { t } = useTranslation();
  const { registries } = useOptions();
  const form = useForm<ReportValues>({
    initialValues: { registry: null, type: 'UIN', value: '', reason: '' },
    validate: {
      value: (value) => (value.trim() === '' ? t('invalid.required') : null),
      reason: (value) => (value.trim() === '' ? t('invalid.required') : null),
    },
  });
  const ask = ({ registry, type, value, reason }: ReportValues): void =>
    onAsk({ registry, identifier: { type, value: value.trim() }, reason: reason.trim() });
  return (
    <Paper className="no-print">
      <form onSubmit={form.onSubmit(ask)} aria-label={t('nav.accessReport')}>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <Select
              label={t('field.registry')}
              placeholder={t('accessReport.everywhere')}
              data={registries}
              clearable
              clearButtonProps={{ 'aria-label': t('accessReport.everywhere') }}
              {...form.getInputProps('registry')}
            />
            <Select
              label={t('field.identifierType')}
              data={useIdentifierTypes(form.values.registry)}
              allowDeselect={false}
              searchable
              {...form.getInputProps('type')}
            />
            <TextInput label={t('field.identifierValue')} required {...form.getInputProps('value')} />
          </SimpleGrid>
          <Group align="flex-end">
            <ReasonInput flex={1} miw={240} {...form.getInputProps('reason')} />
            <Button type="submit" size="sm">
              {t('accessReport.ask')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

/** Of one registry, or of any. */
function useIdentifierTypes(registry: Registry | null): string[] {
  const data = useLasting(IDENTIFIER_TYPES, {});
  const definitions = data?.registryDefinitions ?? [];
  const asked = definitions.filter((definition) => registry === null || definition.registry === registry);
  return [...new Set(asked.flatMap(({ identifierTypes }) => identifierTypes))];
}
