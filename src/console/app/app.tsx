import { MantineProvider } from '@mantine/core';
import { DatesProvider } from '@mantine/dates';
import { Notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router';
import type { ConsoleConfig, IssuerProblem } from '../session/oidc.js';
import { SessionGate } from '../session/session-gate.js';
import { EscapeOnTop } from './escape-on-top.js';
import { styleNonce } from './nonce.js';
import { createRouter } from './router.js';
import { cssVariables, theme } from './theme.js';

interface AppProps {
  config: ConsoleConfig;
  signInProblem?: IssuerProblem | undefined;
}

export function App({ config, signInProblem }: AppProps) {
  const [router] = useState(createRouter);
  const { language } = useTranslation().i18n;
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      {/* To the left: what is pressed next stands on the right, in lists and dialogs alike. */}
      <Notifications position="bottom-left" />
      <EscapeOnTop />
      <SessionGate config={config} signInProblem={signInProblem}>
        <DatesProvider settings={{ locale: language, firstDayOfWeek: 1, weekendDays: [] }}>
          <RouterProvider router={router} />
        </DatesProvider>
      </SessionGate>
    </MantineProvider>
  );
}
