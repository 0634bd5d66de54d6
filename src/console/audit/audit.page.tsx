import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Page } from '../shared/page.js';
import { AdminActions } from './admin-actions.js';
import { ChainCheck } from './chain-check.js';
import { EndSessions } from './end-sessions.js';
import { LegalHolds } from './legal-holds.js';
import { Seals } from './seals.js';

/** Each tab is a list of its own, so the cursor of the other goes. */
export function Component() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const tab = search.get('tab') ?? 'actions';
  return (
    <Page
      title={t('nav.audit')}
      lead={t('audit.lead')}
      actions={tab === 'actions' && <EndSessions subject={search.get('actor') ?? ''} />}
    >
      <Tabs value={tab} onChange={(chosen) => setSearch({ tab: chosen ?? 'actions' })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="actions">{t('audit.actions')}</Tabs.Tab>
          <Tabs.Tab value="chain">{t('audit.chain')}</Tabs.Tab>
          <Tabs.Tab value="holds">{t('holds.title')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="actions">
          <AdminActions />
        </Tabs.Panel>
        <Tabs.Panel value="chain">
          <ChainCheck />
          <Seals />
        </Tabs.Panel>
        <Tabs.Panel value="holds">
          <LegalHolds />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
