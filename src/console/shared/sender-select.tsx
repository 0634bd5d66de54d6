import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '../graphql/graphql.js';
import { useAnswer } from '../graphql/use-answer.js';
import { problemOf } from './problem.js';
import { SENDER_CHOICES } from './sender-select.document.js';
import type { Option } from './use-options.js';

/** No sender has it. */
const MORE = ' ';

/** A sender by its name or id; asks the gateway while typing, so any number of senders will do. */
export function SenderSelect({ value, ...props }: Omit<SelectProps, 'data'>) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [part] = useDebouncedValue(typed, 250);
  const [{ data, error }] = useAnswer(SENDER_CHOICES, { nameOrId: part === '' ? null : part, id: part });
  // What is offered is what was typed, and nothing that was asked for before.
  const answer = part === typed ? data : undefined;
  const found = answer === undefined ? [] : optionsOf(answer);
  const chosen = useChosen(value === '' ? null : (value ?? null), found);
  const offered: (Option & { disabled?: boolean })[] =
    answer?.senders.pageInfo.hasNextPage === true
      ? [...found, { value: MORE, label: t('senders.typeMore'), disabled: true }]
      : found;
  const isOffered = (option: object): boolean => 'value' in option && offered.some((one) => one.value === option.value);
  const nothing = answer === undefined ? (error ? problemOf(error).message : t('state.loading')) : t('senders.empty');
  return (
    <Select
      {...props}
      value={chosen?.value ?? null}
      data={chosen === undefined || isOffered(chosen) ? offered : [...offered, chosen]}
      searchable
      nothingFoundMessage={nothing}
      onSearchChange={(text) => setTyped(text.replace(/ \(.*\)$/, ''))}
      filter={({ options }) => options.filter(isOffered)}
    />
  );
}

/** The one whose id was typed stands first, however many have it in their name. */
function optionsOf({ exact, senders }: ResultOf<typeof SENDER_CHOICES>): Option[] {
  const others = senders.nodes.filter(({ id }) => id !== exact?.id);
  return [...(exact === null ? [] : [exact]), ...others].map(({ senderId, name }) => ({
    value: senderId,
    label: `${name} (${senderId})`,
  }));
}

/** By its name as long as it was ever found by it: the field writes a new one over what is being typed. */
function useChosen(value: string | null, found: Option[]): Option | undefined {
  const [last, setLast] = useState<Option>();
  if (value === null) return undefined;
  const option = found.find((one) => one.value === value);
  if (option !== undefined && option.label !== last?.label) setLast(option);
  return option ?? (last?.value === value ? last : { value, label: value });
}
