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
    super(describe(kind, cause), { cause });
  }
}

function describe(kind: FailureKind, cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const secured = kind === 'tls' || kind === 'response';
  return (secured ? TLS_FAULTS.find(([codes]) => codes.test(code))?.[1] : undefined) ?? FAILURES[kind];
}

/** By the codes of Node.js and OpenSSL: what whoever runs the host has to mend. */
const TLS_FAULTS: [codes: RegExp, fault: string][] = [
  [/^CERT_HAS_EXPIRED$/, 'the certificate of the host has expired'],
  [/^CERT_NOT_YET_VALID$/, 'the certificate of the host is not valid yet'],
  [/^CERT_REVOKED$/, 'the certificate of the host was revoked'],
  [/ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/, 'the certificate of the host is for another name'],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, 'the certificate of the host is self-signed'],
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE))$/,
    'the certificate of the host is from an authority that is not known, or its chain is incomplete',
  ],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, 'the host speaks no version of TLS that is allowed (1.2 or newer)'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, 'the host does not speak TLS at this port'],
  [
    /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN)/,
    'the host does not accept our certificate, or wants one and got none',
  ],
  [/HANDSHAKE_FAILURE|NO_SHARED|NO_PROTOCOLS/, 'the host and we have no cipher in common'],
];

const FAILURES: Record<FailureKind, string> = {
  dns: 'the host name could not be resolved',
  connect: 'no connection to the host could be made',
  tls: 'the TLS handshake with the host failed',
  response: 'the host broke off before its answer was complete',
  timeout: 'the host did not answer in time',
  aborted: 'the request was given up',
};
