/** What every envelope profile offers; `signature.ts` chooses one per sender. */
import type { JsonObject } from '../envelope/json.js';
import type { JwsForm } from '../vocabulary.js';
import type { Computing, SignatureAlgorithm, SigningKey, VerificationKey } from './algorithm.js';

/** A message as it came in: its text, and what `parseJson` made of it. */
export interface ReceivedMessage {
  text: string;
  document: JsonObject;
}

/** The signed part of a message to be sent: what `JSON.stringify` will write. An absent `message` is left out. */
export interface Envelope {
  header: unknown;
  message?: unknown;
}

/** What a signature says about itself; none of it is proven yet. */
export interface SignatureInfo {
  kid: string;
  algorithm: SignatureAlgorithm;
  /** Only where the profile carries it; so with the times. */
  senderId?: string;
  /** Seconds since the epoch. */
  created?: number;
  expires?: number;
}

export interface ParsedSignature extends SignatureInfo {
  matches(message: ReceivedMessage, key: VerificationKey, computing: Computing): boolean | Promise<boolean>;
}

export interface SigningOptions extends Computing {
  /** Our own DCI id. */
  senderId: string;
  now: Date;
  expiresInSeconds?: number;
  /** Of the profile `JWS`; detached where left out. */
  jwsForm?: JwsForm | undefined;
}

export interface EnvelopeProfile {
  /** @throws SignatureInvalid where the text is not a signature of this profile */
  parse(signature: string): ParsedSignature;
  sign(envelope: Envelope, key: SigningKey, options: SigningOptions): string | Promise<string>;
}
