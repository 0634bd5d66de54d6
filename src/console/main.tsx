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
import { resumeSignIn, readConsoleConfig } from './session/oidc.js';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
allowOwnStyles();
await startTranslations();
const config = await readConsoleConfig().catch(() => ({ accounts: false, oidc: null }));
const problem = await resumeSignIn(config);
createRoot(root).render(
  <StrictMode>
    <App config={config} signInProblem={problem} />
  </StrictMode>,
);
