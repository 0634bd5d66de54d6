import { Accordion, Alert, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { parseJsonObject } from '../shared/json-object.js';
import { AttributeInput } from './attribute-input.js';
import { useAttributeLabel } from '../shared/attribute-label.js';
import { valueAt, withValue, type Attribute, type DictionaryType } from './dictionary.js';

interface RecordFieldsProps {
  type: DictionaryType;
  /** The record as JSON text: the other tab shows the very same. */
  json: string;
  onChange: (json: string) => void;
  /** What was refused, and where. */
  refused: { path?: string | undefined; message: string } | undefined;
}

/** A form out of the dictionary; lists of things have their place in the JSON. */
export function RecordFields({ type, json, onChange, refused }: RecordFieldsProps) {
  const { t } = useTranslation();
  const label = useAttributeLabel();
  const data = parseJsonObject(json);
  if (data === undefined) return <Alert color="yellow">{t('records.jsonFirst')}</Alert>;
  const groups = groupsOf(type);
  const inputOf = (attribute: Attribute) => (
    <AttributeInput
      key={attribute.path}
      attribute={attribute}
      label={label(attribute.path)}
      value={valueAt(data, attribute.path)}
      onChange={(value) => onChange(JSON.stringify(withValue(data, attribute.path, value), null, 2))}
      error={refused?.path === attribute.path ? refused.message : undefined}
    />
  );
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>{(groups.get('') ?? []).map(inputOf)}</SimpleGrid>
      <Accordion multiple variant="contained" defaultValue={opened(groups, data, refused?.path)}>
        {[...groups].map(([name, attributes]) =>
          name === '' ? null : (
            <Accordion.Item key={name} value={name}>
              <Accordion.Control>{label(name)}</Accordion.Control>
              <Accordion.Panel>
                <SimpleGrid cols={{ base: 1, xs: 2 }}>{attributes.map(inputOf)}</SimpleGrid>
              </Accordion.Panel>
            </Accordion.Item>
          ),
        )}
      </Accordion>
      <Text size="sm" c="dimmed">
        <IconInfoCircle size={14} aria-hidden /> {t('records.listsInJson')}
      </Text>
    </Stack>
  );
}

/** By their first step; what stands at the top has none. Identifiers have rows of their own. */
function groupsOf({ attributes, identifierPaths }: DictionaryType): Map<string, Attribute[]> {
  const single = attributes.filter(
    ({ path, many, type }) =>
      !many && type !== 'json' && !identifierPaths.some((inner) => path === inner || path.startsWith(`${inner}.`)),
  );
  return Map.groupBy(single, ({ path }) => (path.includes('.') ? (path.split('.', 1)[0] ?? '') : ''));
}

/** The name, what is filled in, and what was refused. */
const opened = (
  groups: Map<string, Attribute[]>,
  data: Record<string, unknown>,
  refused: string | undefined,
): string[] =>
  [...groups.keys()].filter(
    (name) => name === 'name' || data[name] !== undefined || refused?.startsWith(`${name}.`) === true,
  );
