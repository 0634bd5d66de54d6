import {
  Alert,
  Button,
  Center,
  Divider,
  Group,
  Paper,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageMenu } from '../app/language-menu.js';
import { Logo } from '../app/logo.js';
import { ThemeButton } from '../app/theme-button.js';
import { AccountForm } from './account-form.js';
import type { AccountProblem } from './account-sign-in.js';
import { checkToken, type TokenProblem } from './check-token.js';
import { signInWithIssuer, type ConsoleConfig, type IssuerProblem } from './oidc.js';
import { KEPT_MINUTES, session } from './session.js';

type Problem = TokenProblem | AccountProblem | IssuerProblem;

const WAYS = ['account', 'token'] as const;
type Way = (typeof WAYS)[number];

const hostOf = ({ issuer }: NonNullable<ConsoleConfig['oidc']>): string => new URL(issuer).host;

export function SignIn({ config, problem }: { config: ConsoleConfig; problem?: Problem | undefined }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState<Problem | undefined>(problem);
  const { oidc, accounts } = config;
  const ended = ['expired', 'elsewhere'].includes(session.farewell() ?? '');
  const title = t('app.name');
  // What was open is nobody's business any more.
  useEffect(() => {
    document.title = title;
  }, [title]);
  const [way, setWay] = useState<Way>(accounts ? 'account' : 'token');
  return (
    <Center component="main" className="sign-in">
      <Paper w="100%" maw={420} p="xl" shadow="sm">
        <Stack>
          <Group gap="sm">
            <Logo size={32} />
            <div>
              <Title order={1}>{t('signIn.title')}</Title>
              <Text size="sm" c="dimmed">
                {t('signIn.subtitle')}
              </Text>
            </div>
          </Group>
          {ended && failed === undefined && (
            <Alert icon={<IconInfoCircle />}>
              {session.pages() === undefined ? t('signIn.expired') : t('signIn.goOn', { minutes: KEPT_MINUTES })}
              {/* What was being written is of persons and keys: no storage of the browser keeps it for the way back. */}
              {session.pages() !== undefined && oidc !== null && ` ${t('signIn.issuerLeaves', { host: hostOf(oidc) })}`}
            </Alert>
          )}
          {failed !== undefined && (
            <Alert color="red" icon={<IconAlertTriangle />} role="alert">
              {t(`signIn.problems.${failed}`)}
            </Alert>
          )}
          {oidc !== null && (
            <>
              <Button
                size="sm"
                onClick={() => void signInWithIssuer(oidc, failed === 'noRole').catch(() => setFailed('failed'))}
              >
                {t('signIn.withIssuer', { host: hostOf(oidc) })}
              </Button>
              <Divider label={t(accounts ? 'signIn.orHere' : 'signIn.or')} />
            </>
          )}
          {accounts && (
            <SegmentedControl
              fullWidth
              aria-label={t('signIn.way')}
              data={WAYS.map((value) => ({ value, label: t(`signIn.ways.${value}`) }))}
              value={way}
              onChange={(value) => {
                setFailed(undefined);
                setWay(value);
              }}
            />
          )}
          {way === 'account' ? <AccountForm onProblem={setFailed} /> : <TokenForm onProblem={setFailed} />}
          <Group justify="flex-end" gap="xs">
            <LanguageMenu />
            <ThemeButton />
          </Group>
        </Stack>
      </Paper>
    </Center>
  );
}

function TokenForm({ onProblem }: { onProblem: (problem: Problem | undefined) => void }) {
  const { t } = useTranslation();
  const [token, setToken] = useState('');
  const [checking, setChecking] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setChecking(true);
    onProblem(undefined);
    const answer = await checkToken(token.trim());
    setChecking(false);
    if ('problem' in answer) onProblem(answer.problem);
    else session.begin(token.trim(), answer.subject);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <PasswordInput
          label={t('signIn.token')}
          description={t('signIn.tokenHint')}
          autoComplete="off"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one field of the page
          autoFocus
          required
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showToken') }}
        />
        <Button type="submit" size="sm" loading={checking} disabled={token.trim() === ''}>
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}
