import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { RouterProvider } from 'react-router';
import { Provider } from 'urql';
import { client } from '../graphql/client.js';
import type { ConsoleConfig } from '../session/oidc.js';
import { SessionGate } from '../session/session-gate.js';
import { styleNonce } from './nonce.js';
import { router } from './router.js';
import { cssVariables, theme } from './theme.js';

interface AppProps {
  config: ConsoleConfig;
  signInProblem?: 'failed' | undefined;
}

export function App({ config, signInProblem }: AppProps) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <Notifications position="bottom-right" />
      <Provider value={client}>
        <SessionGate config={config} signInProblem={signInProblem}>
          <RouterProvider router={router} />
        </SessionGate>
      </Provider>
    </MantineProvider>
  );
}
