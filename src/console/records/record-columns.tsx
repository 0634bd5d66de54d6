import { useTranslation } from 'react-i18next';
import type { Column } from '../shared/connection-table.js';
import { Time } from '../shared/time.js';
import {
  fullName,
  nearest,
  shown,
  typeOf,
  type Attribute,
  type Dictionary,
  type DictionaryType,
} from './dictionary.js';
import { useAttributeLabel } from '../shared/attribute-label.js';
import type { RegistryRecord } from './record.types.js';

/** Of a record without a name, its first attributes. */
const OWN = 3;

/** Whom it is about, as the dictionary has it: identifiers, name, birth date and sex, or what else stands first. */
export function useRecordColumns(
  dictionary: Dictionary,
  recordType: string | null | undefined,
): Column<RegistryRecord>[] {
  const { t } = useTranslation();
  const label = useAttributeLabel();
  const type = typeOf(dictionary, recordType);
  const told = type === undefined ? [] : attributesOf(type);
  const ofRow = (row: RegistryRecord): DictionaryType | undefined => typeOf(dictionary, row.recordType);
  return [
    { header: t('field.identifiers'), cell: identifiersOf },
    ...(type !== undefined && nearest(type, 'name.surname') !== undefined
      ? [
          {
            header: t('field.name'),
            cell: (row: RegistryRecord) => {
              const own = ofRow(row);
              return (own && fullName(own, row.data)) ?? '—';
            },
          },
        ]
      : []),
    ...told.map(({ ending, path }) => ({
      header: label(path),
      cell: (row: RegistryRecord) => {
        const own = ofRow(row);
        return (own && shown(nearest(own, ending), row.data)) ?? '—';
      },
    })),
    { header: t('field.recordType'), cell: ({ recordType: name }) => name },
    { header: t('field.updatedAt'), cell: ({ updatedAt }) => <Time value={updatedAt} /> },
    { header: t('field.version'), align: 'right', cell: ({ version }) => version },
  ];
}

const identifiersOf = ({ identifiers, externalId }: RegistryRecord): string =>
  identifiers.map(({ type, value }) => `${type} ${value}`).join(', ') || (externalId ?? '—');

function attributesOf(type: DictionaryType): { ending: string; path: string }[] {
  const person = ['birth_date', 'sex'].flatMap((ending) => {
    const attribute = nearest(type, ending);
    return attribute === undefined ? [] : [{ ending, path: attribute.path }];
  });
  if (nearest(type, 'name.surname') !== undefined) return person.filter(({ path }) => !path.startsWith('related'));
  const plain = ({ path, many, type: kind }: Attribute) => !many && kind !== 'json' && !path.includes('.');
  return type.attributes
    .filter(plain)
    .slice(0, OWN)
    .map(({ path }) => ({ ending: path, path }));
}
