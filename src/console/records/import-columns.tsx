import { Select, SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RegistryDefinition } from '../shared/registry-definition.js';
import { useAttributeLabel } from '../shared/attribute-label.js';
import type { DictionaryType } from './dictionary.js';
import { EXTERNAL_ID, fieldOf, identifierOf, mappable, type Choices } from './import-mapping.js';

interface ImportColumnsProps {
  columns: string[];
  type: DictionaryType;
  definition: RegistryDefinition;
  choices: Choices;
  onChange: (column: string, choice: string | null) => void;
}

/** One choice for each column of the file. */
export function ImportColumns({ columns, type, definition, choices, onChange }: ImportColumnsProps) {
  const { t } = useTranslation();
  const label = useAttributeLabel();
  const options = [
    { value: EXTERNAL_ID, label: t('field.externalId') },
    {
      group: t('field.identifiers'),
      items: definition.identifierTypes.map((one) => ({ value: identifierOf(one), label: one })),
    },
    {
      group: t('field.fields'),
      items: mappable(type).map(({ path }) => ({ value: fieldOf(path), label: label(path) })),
    },
  ];
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} role="group" aria-label={t('imports.columns')}>
      {columns.map((column) => (
        <Select
          key={column}
          label={<span className="mono">{column}</span>}
          placeholder={t('imports.leftOut')}
          data={options}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('date.clear', { what: column }) }}
          value={choices[column] ?? null}
          onChange={(choice) => onChange(column, choice === null ? null : String(choice))}
        />
      ))}
    </SimpleGrid>
  );
}
