import { defineDocument } from '../graphql/run-document.js';
import type { LocalGateway } from './local-gateway.js';

export interface ServerKeyLine {
  kid: string;
  use: string;
  algorithm: string;
  state: string;
}

const LIST = defineDocument(`{ keys: serverKeys { kid use algorithm state } }`);
const GENERATE = defineDocument(`mutation ($algorithm: KeyAlgorithm!) {
  key: generateServerKey(algorithm: $algorithm) { kid use algorithm state }
}`);
const MOVE = {
  activate: defineDocument(
    `mutation ($kid: String!) { key: activateServerKey(kid: $kid) { kid use algorithm state } }`,
  ),
  retire: defineDocument(`mutation ($kid: String!) { key: retireServerKey(kid: $kid) { kid use algorithm state } }`),
};

export async function listKeys(gateway: LocalGateway): Promise<ServerKeyLine[]> {
  return (await gateway.run<{ keys: ServerKeyLine[] }>(LIST)).keys;
}

export async function generateKey(gateway: LocalGateway, algorithm: string): Promise<ServerKeyLine> {
  return (await gateway.run<{ key: ServerKeyLine }>(GENERATE, { algorithm })).key;
}

export async function moveKey(gateway: LocalGateway, move: keyof typeof MOVE, kid: string): Promise<ServerKeyLine> {
  return (await gateway.run<{ key: ServerKeyLine }>(MOVE[move], { kid })).key;
}
