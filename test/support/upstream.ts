/** Two gateways, of which one is the other's client: as a ministry's keeper sets it up. */
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { OPERATIONS } from '../../src/protocol/vocabulary.js';
import type { TestGateway } from './gateway.js';

/** Makes a sender with an agreement for SOCIAL. Gives the address, with name and secret, that a source names. */
export async function clientAddress(
  there: TestGateway,
  senderId: string,
  agreement: Record<string, unknown>,
  sender: Record<string, unknown> = {},
): Promise<string> {
  const { createSender } = await there.admin<{ createSender: { clientId: string; clientSecret: string } }>(
    `mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId clientSecret } }`,
    {
      input: {
        senderId,
        name: senderId,
        allowedOperations: OPERATIONS,
        registries: ['SOCIAL'],
        rateLimitPerMinute: 1_000_000,
        ...sender,
      },
    },
  );
  await there.admin(`mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }`, {
    input: { senderId, registry: 'SOCIAL', operations: OPERATIONS, legalBasis: 'PUBLIC_TASK', ...agreement },
  });
  const { clientId: username, clientSecret: password } = createSender;
  return Object.assign(new URL(there.url), { username, password }).href;
}

/** Takes the public key of another gateway for a sender's. */
export async function trust(here: TestGateway, senderId: string, there: TestGateway): Promise<void> {
  const { keys } = (await (await fetch(`${there.url}/.well-known/jwks.json`)).json()) as {
    keys: (JsonWebKey & { kid: string; use: string })[];
  };
  const key = keys.find(({ use }) => use === 'sig')!;
  const publicKeyPem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  await here.admin(
    `mutation ($senderId: String!, $input: SenderKeyInput!) { addSenderKey(senderId: $senderId, input: $input) { kid } }`,
    { senderId, input: { kid: key.kid, publicKeyPem } },
  );
}
