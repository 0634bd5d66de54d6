import { SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ChoiceFilter, TextFilter, TimeFilter } from './filter-fields.js';
import type { FieldName, Filter, FilterSpec } from './filters.js';

interface FilterBarProps {
  filters: {
    spec: FilterSpec;
    filter: Partial<Record<FieldName, string>>;
    set: (name: FieldName, value: string | null) => void;
  };
}

/** One field per filter of the list. */
export function FilterBar({ filters: { spec, filter, set } }: FilterBarProps) {
  const { t } = useTranslation();
  // Object.entries forgets the names.
  const fields = Object.entries(spec) as [FieldName, Filter][];
  return (
    <search aria-label={t('table.filters')}>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="xs" verticalSpacing="xs">
        {fields.map(([name, kind]) => (
          <FilterField
            key={name}
            filter={kind}
            label={t(`field.${name}`)}
            value={filter[name]}
            onChange={(value) => set(name, value)}
          />
        ))}
      </SimpleGrid>
    </search>
  );
}

interface FilterFieldProps {
  filter: Filter;
  label: string;
  value: string | undefined;
  onChange: (value: string | null) => void;
}

function FilterField({ filter, ...field }: FilterFieldProps) {
  const { t } = useTranslation();
  if (filter.kind === 'text') return <TextFilter {...field} />;
  if (filter.kind === 'time') return <TimeFilter {...field} />;
  const { values, messages } = filter;
  return (
    <ChoiceFilter
      {...field}
      // The message file has every choice (test/console).
      options={values.map((value) => ({ value, label: t(`${messages}.${value}` as 'states.ACTIVE') }))}
    />
  );
}
