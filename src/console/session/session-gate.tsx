import { Center, Loader } from '@mantine/core';
import { lazy, Suspense, useState, useSyncExternalStore, type ReactNode } from 'react';
import { Provider, useQuery } from 'urql';
import { createClient } from '../graphql/client.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { ME } from './me.document.js';
import { MeContext } from './me.js';
import type { ConsoleConfig, IssuerProblem } from './oidc.js';
import { session } from './session.js';
import { SignIn } from './sign-in.js';

const Enrolling = lazy(async () => ({ default: (await import('../accounts/enrolling.js')).Enrolling }));

interface GateProps {
  config: ConsoleConfig;
  signInProblem?: IssuerProblem | undefined;
  children: ReactNode;
}

/** Nothing of the console is drawn before the gateway has said who is asking. */
export function SessionGate({ config, signInProblem, children }: GateProps) {
  const token = useSyncExternalStore(session.subscribe, session.token);
  return token === undefined ? <SignIn config={config} problem={signInProblem} /> : <Session>{children}</Session>;
}

function Session({ children }: { children: ReactNode }) {
  const [client] = useState(createClient);
  return (
    <Provider value={client}>
      <KnownReader>{children}</KnownReader>
    </Provider>
  );
}

function KnownReader({ children }: { children: ReactNode }) {
  const [{ data, error }, reload] = useQuery({ query: ME, requestPolicy: 'network-only' });
  if (data === undefined)
    return <Waiting>{error === undefined ? LOADING : <ErrorNotice error={error} onRetry={reload} />}</Waiting>;
  return (
    <MeContext value={data.me}>
      {data.me.kind === 'enrolling' ? (
        <Suspense fallback={<Waiting>{LOADING}</Waiting>}>
          <Enrolling />
        </Suspense>
      ) : (
        children
      )}
    </MeContext>
  );
}

const LOADING = <Loader />;

const Waiting = ({ children }: { children: ReactNode }) => (
  <Center component="main" h="100vh" p="xl">
    {children}
  </Center>
);
