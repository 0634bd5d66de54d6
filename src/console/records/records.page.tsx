import { Alert, Button, SegmentedControl } from '@mantine/core';
import { IconLock, IconPlus, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { RUNNERS, useMay } from '../session/me.js';
import { ConnectionTable } from '../shared/connection-table.js';
import { ExportList } from '../shared/export-list.js';
import { REGISTRY } from '../shared/filters.js';
import { Page } from '../shared/page.js';
import { useRegistryDefinition } from '../shared/registry-definition.js';
import { useConnection } from '../shared/use-connection.js';
import { useFilters } from '../shared/use-filters.js';
import { useOptions } from '../shared/use-options.js';
import { useDictionary } from './dictionary.js';
import { ExportRegistry } from './export-registry.js';
import { ImportRecords } from './import-records.js';
import { useRecordColumns } from './record-columns.js';
import { RecordEditor } from './record-editor.js';
import { FindRecord } from './find-record.js';
import type { RegistryRecord, Wanted } from './record.types.js';
import { RECORDS } from './records.document.js';

const FILTERS = { registry: REGISTRY };

export function Component() {
  const { t } = useTranslation();
  const may = useMay(RUNNERS);
  return (
    <Page title={t('nav.records')} lead={t('records.lead')}>
      {may ? (
        <Browser />
      ) : (
        <Alert icon={<IconLock />} color="gray">
          {t('records.refused')}
        </Alert>
      )}
    </Page>
  );
}

interface Asked {
  wanted?: Wanted | undefined;
  /** Names it in the address without telling it. */
  question?: string;
}

/** In the address, so that a page that is loaded again goes on showing how far it is, and what was kept out. */
function useBegunImport(): [id: string | null, set: (id: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  const set = (id: string | null): void =>
    setSearch(
      (current) => {
        if (id === null) current.delete('import');
        else current.set('import', id);
        return current;
      },
      { replace: true },
    );
  return [search.get('import'), set];
}

/** What is looked for stays out of the address: an identifier is personal data, and addresses are kept and logged. */
function Browser() {
  const { t } = useTranslation();
  const { registries } = useOptions();
  const {
    filter: { registry = 'SOCIAL' },
    set,
  } = useFilters(FILTERS);
  const definition = useRegistryDefinition(registry);
  const dictionary = useDictionary(registry);
  const [importing, setImporting] = useState(false);
  const [begun, setBegun] = useBegunImport();
  const [{ wanted, question }, setAsked] = useState<Asked>({});
  const [open, setOpen] = useState<RegistryRecord | 'new'>();
  const page = useConnection(
    RECORDS,
    { registry, filter: wanted },
    { pick: ({ records }) => records, types: ['RegistryRecord', 'RecordOutcome'], question },
  );
  const columns = useRecordColumns(dictionary, wanted?.recordType);
  return (
    <>
      <SegmentedControl
        data={registries}
        value={registry}
        onChange={(value) => {
          setAsked({});
          set('registry', value);
        }}
        aria-label={t('field.registry')}
      />
      {definition !== undefined && (
        <FindRecord
          key={registry}
          definition={definition}
          dictionary={dictionary}
          onFind={(sought) => setAsked({ wanted: sought, question: Date.now().toString(36) })}
          action={
            <>
              <ExportList
                name={`records-${registry.toLowerCase()}`}
                document={RECORDS}
                variables={{ registry, filter: wanted }}
                pick={({ records }) => records}
              />
              <ExportRegistry definition={definition} />
              <Button
                variant="default"
                leftSection={<IconUpload size={14} aria-hidden />}
                onClick={() => setImporting(true)}
              >
                {t('imports.open')}
              </Button>
              <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setOpen('new')}>
                {t('records.new')}
              </Button>
            </>
          }
        />
      )}
      <ConnectionTable
        label={t('nav.records')}
        page={page}
        onOpen={setOpen}
        columns={columns}
        empty={{ title: t('records.empty'), hint: t('records.emptyHint') }}
      />
      {(importing || begun !== null) && definition !== undefined && (
        <ImportRecords
          definition={definition}
          dictionary={dictionary}
          begun={begun}
          onBegun={setBegun}
          onClose={() => {
            setImporting(false);
            setBegun(null);
            page.reload();
          }}
        />
      )}
      {open !== undefined && definition !== undefined && (
        <RecordEditor
          definition={definition}
          dictionary={dictionary}
          record={open === 'new' ? undefined : open}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}
