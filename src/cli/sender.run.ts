import { defineDocument } from '../graphql/run-document.js';
import type { LocalGateway } from './local-gateway.js';

const CREATE = defineDocument(`mutation ($input: CreateSenderInput!) {
  createSender(input: $input) { clientId clientSecret sender { state registries allowedOperations } }
}`);
const AGREE = defineDocument(`mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }`);
const ADD_KEY = defineDocument(`mutation ($senderId: String!, $input: SenderKeyInput!) {
  addSenderKey(senderId: $senderId, input: $input) { kid }
}`);
const SET_STATE = {
  suspendSender: defineDocument(`mutation ($senderId: String!, $reason: String) {
    changed: suspendSender(senderId: $senderId, reason: $reason) { state }
  }`),
  activateSender: defineDocument(`mutation ($senderId: String!) {
    changed: activateSender(senderId: $senderId) { state }
  }`),
};

interface Created {
  clientId: string;
  clientSecret: string;
  sender: { state: string; registries: string[]; allowedOperations: string[] };
}

export interface AddedSender {
  senderId: string;
  clientId: string;
  clientSecret: string;
  state: string;
  /** How many were made: one for each registry, or none. */
  agreements: number;
}

export async function addSender(
  gateway: LocalGateway,
  input: Record<string, unknown>,
  agreement?: { fields: string[]; legalBasis: string },
): Promise<AddedSender> {
  const { createSender } = await gateway.run<{ createSender: Created }>(CREATE, { input });
  const { clientId, clientSecret, sender } = createSender;
  const senderId = String(input['senderId']);
  const registries = agreement === undefined ? [] : sender.registries;
  for (const registry of registries)
    await gateway.run(AGREE, { input: { senderId, registry, operations: sender.allowedOperations, ...agreement } });
  return { senderId, clientId, clientSecret, state: sender.state, agreements: registries.length };
}

export const addKey = (gateway: LocalGateway, senderId: string, input: Record<string, unknown>): Promise<unknown> =>
  gateway.run(ADD_KEY, { senderId, input });

export async function setState(
  gateway: LocalGateway,
  mutation: keyof typeof SET_STATE,
  senderId: string,
  reason?: string,
): Promise<string> {
  const { changed } = await gateway.run<{ changed: { state: string } }>(SET_STATE[mutation], { senderId, reason });
  return changed.state;
}
