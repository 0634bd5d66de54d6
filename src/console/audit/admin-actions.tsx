import { Drawer, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '../graphql/graphql.js';
import { ConnectionTable } from '../shared/connection-table.js';
import { ExportList } from '../shared/export-list.js';
import { FilterBar } from '../shared/filter-bar.js';
import { TEXT, TIME } from '../shared/filters.js';
import { JsonView } from '../shared/json-view.js';
import { Time } from '../shared/time.js';
import { useConnection } from '../shared/use-connection.js';
import { useFilters } from '../shared/use-filters.js';
import { ADMIN_ACTIONS } from './audit.document.js';
import { KNOWN_ACTIONS, KNOWN_TARGETS } from './known-actions.js';

type AdminAction = ResultOf<typeof ADMIN_ACTIONS>['adminActions']['nodes'][number];
const FILTERS = { actor: TEXT, action: TEXT, targetType: TEXT, targetId: TEXT, from: TIME, until: TIME };
const KNOWN = { action: KNOWN_ACTIONS, targetType: KNOWN_TARGETS };
const actorsOf = (rows: AdminAction[]): string[] => [...new Set(rows.map(({ actor }) => actor))];

export function AdminActions() {
  const { t } = useTranslation();
  const filters = useFilters(FILTERS);
  const { filter } = filters;
  const [open, setOpen] = useState<AdminAction>();
  const page = useConnection(
    ADMIN_ACTIONS,
    { filter },
    { pick: ({ adminActions }) => adminActions, types: ['AdminAction'] },
  );
  return (
    <Stack>
      <FilterBar filters={filters} suggestions={{ ...KNOWN, actor: actorsOf(page.rows) }} />
      <Group>
        <ExportList
          name="audit"
          document={ADMIN_ACTIONS}
          variables={{ filter }}
          pick={({ adminActions }) => adminActions}
        />
      </Group>
      <ConnectionTable
        label={t('audit.actions')}
        page={page}
        onOpen={setOpen}
        columns={[
          { header: t('field.at'), cell: ({ at }) => <Time value={at} /> },
          { header: t('field.actor'), cell: ({ actor }) => actor },
          { header: t('field.action'), cell: ({ action }) => <span className="mono">{action}</span> },
          { header: t('field.targetType'), cell: ({ targetType }) => targetType },
          { header: t('field.targetId'), cell: ({ targetId }) => <span className="mono">{targetId}</span> },
          { header: t('field.reason'), cell: ({ reason }) => reason ?? '—' },
        ]}
        empty={{ title: t('audit.noActions') }}
      />
      {open !== undefined && <ActionDrawer action={open} onClose={() => setOpen(undefined)} />}
    </Stack>
  );
}

function ActionDrawer({ action, onClose }: { action: AdminAction; onClose: () => void }) {
  const { t } = useTranslation();
  const sides = [
    [t('audit.before'), action.before],
    [t('audit.after'), action.after],
  ] as const;
  return (
    <Drawer
      opened
      onClose={onClose}
      closeOnClickOutside
      position="right"
      size="xl"
      title={`${action.action} · ${action.targetId}`}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {sides.map(([label, value]) => (
          <div key={label}>
            <Text fw={500} size="sm" mb={4}>
              {label}
            </Text>
            {value === null ? <Text c="dimmed">—</Text> : <JsonView value={value} label={label} />}
          </div>
        ))}
      </SimpleGrid>
    </Drawer>
  );
}
