/** Why a request did not get its answer: by our rule, or by the network's fault. Both messages are fit for a partner. */

/** Our own rule forbids the request; trying again cannot help. */
export class OutboundRefused extends Error {
  override name = 'OutboundRefused';
}

/** How far the request came, or why it was cut off. */
export type FailureKind = 'dns' | 'connect' | 'tls' | 'response' | 'timeout' | 'aborted';

/** The network or the other side failed; trying again may help. */
export class OutboundFailed extends Error {
  override name = 'OutboundFailed';

  constructor(
    readonly kind: FailureKind,
    readonly durationMs: number,
    readonly address: string | undefined,
    cause: unknown,
  ) {
    super(FAILURES[kind], { cause });
  }
}

const FAILURES: Record<FailureKind, string> = {
  dns: 'the host name could not be resolved',
  connect: 'no connection to the host could be made',
  tls: 'the TLS handshake with the host failed',
  response: 'the host broke off before its answer was complete',
  timeout: 'the host did not answer in time',
  aborted: 'the request was given up',
};
