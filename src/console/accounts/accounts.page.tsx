import { useTranslation } from 'react-i18next';
import { ADMINS, PAYLOAD_READERS, useMay, useMe } from '../session/me.js';
import { Page } from '../shared/page.js';
import { AccountsTable } from './accounts-table.js';
import { NewAccount } from './new-account.js';
import { OwnAccount } from './own-account.js';

/** One's own account, and for those who may see them everybody's. */
export function Component() {
  const { t } = useTranslation();
  const { account } = useMe();
  const admin = useMay(ADMINS);
  const reader = useMay(PAYLOAD_READERS);
  return (
    <Page title={t('nav.accounts')} lead={t('accounts.lead')} actions={admin && <NewAccount />}>
      {account !== null && <OwnAccount account={account} />}
      {reader && <AccountsTable />}
    </Page>
  );
}
