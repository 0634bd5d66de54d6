import '@mantine/core/styles.css';
import '@mantine/charts/styles.css';
import '@mantine/dates/styles.css';
import '@mantine/notifications/styles.css';
import './app/console.css';
import './app/print.css';
import 'dayjs/locale/fr';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { startTranslations } from './i18n/i18n.js';
import { allowOwnStyles } from './app/nonce.js';
import { resumeSignIn, readConsoleConfig, type ConsoleConfig } from './session/oidc.js';
import { bePatient } from './session/patience.js';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
allowOwnStyles();
await startTranslations();
const UNKNOWN: ConsoleConfig = { accounts: false, oidc: null, answersWithinMs: 60_000 };
const config = await readConsoleConfig().catch(() => UNKNOWN);
bePatient(config.answersWithinMs);
const problem = await resumeSignIn(config);
createRoot(root).render(
  <StrictMode>
    <App config={config} signInProblem={problem} />
  </StrictMode>,
);
