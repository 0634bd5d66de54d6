import { Alert, Button, Group, Text } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useMay, type Role } from '../session/me.js';
import { CodeText } from '../shared/code-text.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { VERIFY_AUDIT } from './audit.document.js';

const SEALS = 100;
const CHECKERS: Role[] = ['ADMIN', 'AUDITOR'];

/** Asks the gateway to prove the newest part of the chain; the whole is for `npx dci verify-audit`. */
export function ChainCheck() {
  const { t } = useTranslation();
  const may = useMay(CHECKERS);
  const [{ data, error, fetching }, check] = useQuery({
    query: VERIFY_AUDIT,
    variables: { seals: SEALS },
    pause: true,
  });
  if (!may) return null;
  const report = data?.verifyAudit;
  return (
    <Group mb="md" align="stretch">
      <Button variant="default" loading={fetching} onClick={() => check({ requestPolicy: 'network-only' })}>
        {t('audit.check', { count: SEALS })}
      </Button>
      {error !== undefined && <ErrorNotice error={error} />}
      {report !== undefined && (
        <Alert
          flex={1}
          role="status"
          color={report.intact ? 'teal' : 'red'}
          icon={report.intact ? <IconShieldCheck /> : <IconShieldX />}
          title={t(report.intact ? 'audit.intact' : 'audit.broken')}
        >
          <Text size="sm">
            {report.problem?.message ??
              t('audit.checked', { seals: report.seals, entries: report.entries, unsealed: report.unsealed })}
          </Text>
          {report.head !== null && <CodeText text={`${report.head.sequence}: ${report.head.sealHash}`} />}
        </Alert>
      )}
    </Group>
  );
}
