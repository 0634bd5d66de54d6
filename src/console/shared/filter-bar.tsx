import { Button, Group, SimpleGrid } from '@mantine/core';
import { IconFilter, IconFilterOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceFilter, SenderFilter, TextFilter, TimeFilter } from './filter-fields.js';
import type { FieldName, Filter, FilterSpec } from './filters.js';

interface FilterBarProps {
  filters: {
    spec: FilterSpec;
    filter: Partial<Record<FieldName, string>>;
    set: (name: FieldName, value: string | null) => void;
    clear: () => void;
  };
  /** What a text is likely to be. */
  suggestions?: Partial<Record<FieldName, readonly string[]>>;
}

/** One field per filter of the list, and a way out of them where any is set. */
export function FilterBar({ filters: { spec, filter, set, clear }, suggestions }: FilterBarProps) {
  const { t } = useTranslation();
  // What is half typed in a field goes with it.
  const [round, setRound] = useState(0);
  const [unfolded, setUnfolded] = useState(false);
  const given = Object.keys(filter).length;
  // Object.entries forgets the names.
  const fields = Object.entries(spec) as [FieldName, Filter][];
  return (
    <search aria-label={t('table.filters')}>
      <Button
        hiddenFrom="sm"
        variant="default"
        leftSection={<IconFilter size={14} aria-hidden />}
        aria-expanded={unfolded}
        onClick={() => setUnfolded(!unfolded)}
      >
        {t('table.filters')}
        {given > 0 && ` (${given})`}
      </Button>
      <SimpleGrid
        cols={{ base: 1, xs: 2, sm: 3, lg: 4 }}
        spacing="xs"
        verticalSpacing="xs"
        className={`filters ${unfolded ? '' : 'folded'}`}
      >
        {fields.map(([name, kind]) => (
          <FilterField
            key={`${name} ${round}`}
            filter={kind}
            label={t(kind.kind === 'sender' ? 'field.sender' : `field.${name}`)}
            value={filter[name]}
            suggestions={suggestions?.[name]}
            onChange={(value) => set(name, value)}
          />
        ))}
      </SimpleGrid>
      {given > 0 && (
        <Group mt="xs">
          <Button
            variant="subtle"
            leftSection={<IconFilterOff size={14} aria-hidden />}
            onClick={() => {
              clear();
              setRound(round + 1);
            }}
          >
            {t('table.clearFilters')}
          </Button>
        </Group>
      )}
    </search>
  );
}

interface FilterFieldProps {
  filter: Filter;
  label: string;
  value: string | undefined;
  suggestions: readonly string[] | undefined;
  onChange: (value: string | null) => void;
}

const FIELDS = { time: TimeFilter, sender: SenderFilter };

function FilterField({ filter, suggestions, ...field }: FilterFieldProps) {
  const { t } = useTranslation();
  if (filter.kind === 'text') return <TextFilter {...field} suggestions={suggestions} />;
  if (filter.kind !== 'choice') {
    const Field = FIELDS[filter.kind];
    return <Field {...field} />;
  }
  const { values, messages } = filter;
  return (
    <ChoiceFilter
      {...field}
      // The message file has every choice (test/console).
      options={values.map((value) => ({ value, label: t(`${messages}.${value}` as 'states.ACTIVE') }))}
    />
  );
}
