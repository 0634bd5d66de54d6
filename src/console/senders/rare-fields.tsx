import { Accordion, NumberInput, Select, SimpleGrid, TagsInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useOptions } from '../shared/use-options.js';
import type { SenderForm } from './sender-form.js';

/** What most senders do without, out of the way until it is asked for. */
export function RareFields({ form }: { form: SenderForm }) {
  const { t } = useTranslation();
  const { jwsForms, recordForms } = useOptions();
  const field = (name: keyof SenderForm['values']) => ({ ...form.getInputProps(name), label: t(`field.${name}`) });
  return (
    <Accordion variant="contained">
      <Accordion.Item value="rare">
        <Accordion.Control>{t('senders.rare')}</Accordion.Control>
        <Accordion.Panel>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput {...field('organizationKind')} description={t('hint.senderKind')} />
            <NumberInput {...field('rateLimitPerDay')} description={t('hint.rateLimitPerDay')} min={1} />
            <NumberInput {...field('suppressCountsBelow')} description={t('hint.suppressCountsBelow')} min={0} />
            <TagsInput {...field('receiverAliases')} description={t('hint.receiverAliases')} />
            <Select
              {...field('recordsAs')}
              description={t('hint.recordsAs')}
              data={recordForms}
              allowDeselect={false}
            />
            <Select {...field('jwsForm')} description={t('hint.jwsForm')} data={jwsForms} allowDeselect={false} />
            <TextInput {...field('tlsSubject')} description={t('hint.tlsSubject')} />
            <TagsInput {...field('tlsThumbprints')} description={t('hint.tlsThumbprints')} />
          </SimpleGrid>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
