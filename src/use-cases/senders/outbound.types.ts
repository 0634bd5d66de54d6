/** What senders is asked and answers, whoever asks. */

export interface SenderOutboundInput {
  oauth?: OutboundOAuthInput | null;
  bearer?: string | null;
  tls?: OutboundTlsInput | null;
}

export interface OutboundTlsInput {
  certificate?: string | null;
  key?: string | null;
  authority?: string | null;
}

export interface OutboundOAuthInput {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope?: string | null;
}

export interface OutboundSettings {
  tokenUrl: string | null;
  clientId: string | null;
  scope: string | null;
  bearer: boolean;
  clientCertificate: boolean;
  authority: boolean;
}
