/** How we show who we are to a receiver that asks: an OAuth2 client, a TLS client certificate. Secrets are sealed under the master key. */
import type { MasterKey } from '../../platform/master-key.js';
import type { Sql } from '../database/database.js';

export interface SenderOutbound {
  /** OAuth2 client credentials at the receiver. */
  oauth?: { tokenUrl: string; clientId: string; clientSecret: string; scope?: string };
  /** A text that its operator gave us, where there is no token endpoint. */
  bearer?: string;
  /** All PEM. */
  tls?: { cert?: string; key?: string; ca?: string };
}

interface Row {
  tokenUrl: string | null;
  clientId: string | null;
  secretSealed: Buffer | null;
  scope: string | null;
  bearerSealed: Buffer | null;
  cert: string | null;
  keySealed: Buffer | null;
  ca: string | null;
}

export class SenderOutboundStore {
  constructor(
    private readonly sql: Sql,
    private readonly masterKey: MasterKey,
  ) {}

  /** @param id of the sender's row */
  async load(id: string): Promise<SenderOutbound> {
    const [row] = await this.sql.query<Row>(
      `select token_url as "tokenUrl", client_id as "clientId", client_secret_sealed as "secretSealed", scope, bearer_sealed as "bearerSealed",
         tls_certificate as cert, tls_key_sealed as "keySealed", tls_authority as ca
       from sender_outbound where sender_id = $1`,
      [id],
      'sender-outbound',
    );
    if (row === undefined) return {};
    const clientSecret = this.#open(id, 'client_secret', row.secretSealed);
    const bearer = this.#open(id, 'bearer', row.bearerSealed);
    const key = this.#open(id, 'tls_key', row.keySealed);
    const { tokenUrl, clientId, cert, ca } = row;
    return {
      ...(tokenUrl === null || clientId === null || clientSecret === undefined
        ? {}
        : { oauth: { tokenUrl, clientId, clientSecret, ...(row.scope === null ? {} : { scope: row.scope }) } }),
      ...(bearer === undefined ? {} : { bearer }),
      ...(cert === null && ca === null ? {} : { tls: { ...(cert === null ? {} : { cert, key }), ...(ca && { ca }) } }),
    };
  }

  /** Replaces what there was. */
  async save(sql: Sql, id: string, { oauth, bearer, tls }: SenderOutbound): Promise<void> {
    await sql.query('delete from sender_outbound where sender_id = $1', [id]);
    await sql.query(
      `insert into sender_outbound (sender_id, token_url, client_id, client_secret_sealed, scope, tls_certificate,
         tls_key_sealed, tls_authority, bearer_sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        id,
        oauth?.tokenUrl ?? null,
        oauth?.clientId ?? null,
        this.#seal(id, 'client_secret', oauth?.clientSecret),
        oauth?.scope ?? null,
        tls?.cert ?? null,
        this.#seal(id, 'tls_key', tls?.key),
        tls?.ca ?? null,
        this.#seal(id, 'bearer', bearer),
      ],
    );
  }

  #seal(id: string, name: string, secret: string | undefined): Buffer | null {
    return secret === undefined ? null : this.masterKey.seal(Buffer.from(secret), `sender_outbound:${id}:${name}`);
  }

  #open(id: string, name: string, sealed: Buffer | null): string | undefined {
    return sealed === null ? undefined : this.masterKey.open(sealed, `sender_outbound:${id}:${name}`).toString();
  }
}
