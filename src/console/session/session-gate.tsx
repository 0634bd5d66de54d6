import { Center, Loader } from '@mantine/core';
import { Activity, lazy, Suspense, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { Provider } from 'urql';
import { createClient } from '../graphql/client.js';
import { useAnswer } from '../graphql/use-answer.js';
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
  const pages = useSyncExternalStore(session.subscribe, session.pages);
  return (
    <>
      {token === undefined && <SignIn config={config} problem={signInProblem} />}
      {/* Where a session ends in the middle of a form, what was typed waits behind the sign in. */}
      {pages !== undefined && (
        <Activity mode={token === undefined ? 'hidden' : 'visible'}>
          <Session key={pages}>{children}</Session>
        </Activity>
      )}
    </>
  );
}

function Session({ children }: { children: ReactNode }) {
  const [client] = useState(() => createClient());
  return (
    <Provider value={client}>
      <KnownReader>{children}</KnownReader>
    </Provider>
  );
}

function KnownReader({ children }: { children: ReactNode }) {
  const [{ data, error }, reload] = useAnswer(ME, {}, { requestPolicy: 'network-only' });
  const subject = data?.me.subject;
  useEffect(() => {
    if (subject !== undefined) session.recognise(subject);
  }, [subject]);
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
