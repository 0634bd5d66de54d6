import { useTranslation } from 'react-i18next';
import { CodeText } from '../shared/code-text.js';
import { ConnectionTable } from '../shared/connection-table.js';
import { Time } from '../shared/time.js';
import { useConnection } from '../shared/use-connection.js';
import { AUDIT_SEALS } from './audit.document.js';

export function Seals() {
  const { t } = useTranslation();
  const page = useConnection(AUDIT_SEALS, {}, { pick: ({ auditSeals }) => auditSeals, types: ['AuditSeal'] });
  return (
    <ConnectionTable
      label={t('audit.chain')}
      page={page}
      columns={[
        { header: t('field.sequence'), align: 'right', cell: ({ sequence }) => sequence },
        { header: t('field.sealedAt'), cell: ({ sealedAt }) => <Time value={sealedAt} /> },
        { header: t('audit.entries'), align: 'right', cell: ({ entryCount }) => entryCount },
        { header: t('audit.sealHash'), cell: ({ sealHash }) => <CodeText text={sealHash} /> },
        { header: t('field.kid'), cell: ({ kid }) => <CodeText text={kid} /> },
      ]}
      empty={{ title: t('audit.noSeals'), hint: t('audit.noSealsHint') }}
    />
  );
}
