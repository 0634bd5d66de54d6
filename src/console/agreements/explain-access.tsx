import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VariablesOf } from '../graphql/graphql.js';
import { useReadOnce } from '../graphql/use-read-once.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Loading } from '../shared/loading.js';
import { useRegistryDefinition } from '../shared/registry-definition.js';
import { useOptions } from '../shared/use-options.js';
import type { Operation, Registry } from '../shared/vocabulary.js';
import { EXPLAIN_ACCESS } from './explain-access.document.js';
import { Explanation } from './explanation.js';

type Asked = VariablesOf<typeof EXPLAIN_ACCESS>;

interface Question {
  type: string;
  value: string;
  operation: Operation;
  purpose: string;
}

/** What this sender would see of this person, and which rule says so: as things stand now, not as a form would have it. */
export function ExplainAccess({ senderId, registry }: { senderId: string; registry: Registry }) {
  const { t } = useTranslation();
  const { operations } = useOptions();
  const definition = useRegistryDefinition(registry);
  const [asked, setAsked] = useState<{ question: Asked; turn: number }>();
  const form = useForm<Question>({ initialValues: { type: 'UIN', value: '', operation: 'SEARCH', purpose: '' } });
  const ask = ({ type, value, operation, purpose }: Question): void =>
    setAsked((before) => ({
      question: {
        senderId,
        registry,
        operation,
        identifier: { type, value: value.trim() },
        purpose: purpose.trim() || null,
      },
      turn: (before?.turn ?? 0) + 1,
    }));
  // Of another sender or registry it is no answer.
  const isOfThis = asked?.question.senderId === senderId && asked.question.registry === registry;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t(senderId === '' ? 'explain.chooseSender' : 'explain.hint', { sender: senderId })}
      </Text>
      <form onSubmit={form.onSubmit(ask)} aria-label={t('explain.title')}>
        <Stack gap="xs">
          <Group grow>
            <Select
              size="xs"
              label={t('field.identifierType')}
              data={definition?.identifierTypes ?? []}
              allowDeselect={false}
              searchable
              {...form.getInputProps('type')}
            />
            <TextInput size="xs" label={t('field.identifierValue')} required {...form.getInputProps('value')} />
          </Group>
          <Group grow>
            <Select
              size="xs"
              label={t('field.operation')}
              data={operations}
              allowDeselect={false}
              {...form.getInputProps('operation')}
            />
            <TextInput size="xs" label={t('field.purpose')} {...form.getInputProps('purpose')} />
          </Group>
          <Group justify="flex-end">
            <Button type="submit" variant="default" disabled={senderId === ''}>
              {t('explain.ask')}
            </Button>
          </Group>
        </Stack>
      </form>
      {isOfThis && <Answer key={asked.turn} question={asked.question} />}
    </Stack>
  );
}

function Answer({ question }: { question: Asked }) {
  const [answer, again] = useReadOnce(EXPLAIN_ACCESS, question);
  if (answer?.error !== undefined) return <ErrorNotice error={answer.error} onRetry={again} />;
  return answer?.data === undefined ? <Loading /> : <Explanation {...answer.data.explainAccess} />;
}
