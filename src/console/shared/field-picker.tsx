import { Accordion, Checkbox, Group, Input, ScrollArea, SimpleGrid, Switch, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordType } from './registry-definition.js';
import { ALL, branchesOf, coverageOf, covers, toggleBranch, toggleLeaf, type Branch } from './field-choice.js';

interface FieldPickerProps {
  recordTypes: RecordType[];
  value: string[];
  onChange: (fields: string[]) => void;
  error?: string | undefined;
}

/** What may be released, picked from the dictionary; each choice is one the agreement can say. */
export function FieldPicker({ recordTypes, value, onChange, error }: FieldPickerProps) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState('');
  const everything = value.includes(ALL);
  const branches = useMemo(
    () => branchesOf(recordTypes.flatMap(({ attributes }) => attributes.map(({ path }) => path))),
    [recordTypes],
  );
  const shown = branches
    .map(({ name, leaves }) => ({ name, leaves, found: [name, ...leaves].filter((path) => path.includes(wanted)) }))
    .filter(({ found }) => found.length > 0);
  return (
    <Input.Wrapper
      label={t('agreements.fields')}
      description={t('agreements.fieldsHint')}
      error={error}
      labelElement="div"
      required
    >
      <Group justify="space-between" my="xs">
        <Switch
          label={t('agreements.everything')}
          checked={everything}
          onChange={(event) => onChange(event.currentTarget.checked ? [ALL] : [])}
        />
        <TextInput
          aria-label={t('agreements.findField')}
          placeholder={t('agreements.findField')}
          leftSection={<IconSearch size={14} aria-hidden />}
          size="xs"
          disabled={everything}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value.trim().toLowerCase())}
        />
      </Group>
      {!everything && (
        <ScrollArea.Autosize mah={360} className="field-picker" viewportProps={{ tabIndex: 0 }}>
          <Accordion multiple variant="default" chevronPosition="left" classNames={{ label: 'field-branch-label' }}>
            {shown.map((branch) => (
              <BranchItem key={branch.name} branch={branch} found={branch.found} fields={value} onChange={onChange} />
            ))}
          </Accordion>
        </ScrollArea.Autosize>
      )}
      <Text size="sm" c="dimmed" mt={4} role="status">
        {everything ? t('agreements.everythingChosen') : t('agreements.chosen', { count: value.length })}
      </Text>
    </Input.Wrapper>
  );
}

interface BranchItemProps {
  branch: Branch;
  found: string[];
  fields: string[];
  onChange: (fields: string[]) => void;
}

function BranchItem({ branch, found, fields, onChange }: BranchItemProps) {
  const coverage = coverageOf(fields, branch);
  const box = (
    <Checkbox
      size="xs"
      aria-label={branch.name}
      label={branch.leaves.length === 0 ? <span className="mono">{branch.name}</span> : undefined}
      checked={coverage === 'all'}
      indeterminate={coverage === 'some'}
      onChange={() => onChange(toggleBranch(fields, branch))}
    />
  );
  if (branch.leaves.length === 0) return <div className="field-leaf">{box}</div>;
  return (
    <Accordion.Item value={branch.name}>
      <Group gap="xs" wrap="nowrap" pl={4}>
        {box}
        <Accordion.Control className="field-branch">
          <span className="mono">{branch.name}</span>
        </Accordion.Control>
      </Group>
      <Accordion.Panel>
        <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing={6}>
          {branch.leaves
            .filter((leaf) => found.includes(branch.name) || found.includes(leaf))
            .map((leaf) => (
              <Checkbox
                key={leaf}
                size="xs"
                label={<span className="mono">{leaf}</span>}
                checked={covers(fields, leaf)}
                onChange={() => onChange(toggleLeaf(fields, branch, leaf))}
              />
            ))}
        </SimpleGrid>
      </Accordion.Panel>
    </Accordion.Item>
  );
}
