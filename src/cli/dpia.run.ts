/** What is shared with whom: the agreements that give or will give something, and how long things are kept. */
import { defineDocument } from '../graphql/run-document.js';
import { readConfig } from '../platform/config.js';
import type { Retention } from '../platform/config.schema.js';
import { findSender } from '../use-cases/senders/senders.js';
import type { LocalGateway } from './local-gateway.js';

export interface Shared {
  id: string;
  state: string;
  registry: string;
  recordTypes: string[] | null;
  fields: string[];
  searchableAttributes: string[] | null;
  operations: string[];
  purposes: string[] | null;
  legalBasis: string;
  requiresConsent: boolean;
  rowFilter: Record<string, unknown> | null;
  validFrom: Date | string;
  validUntil: Date | string | null;
  createdBy: string;
  approvedBy: string | null;
  sender: {
    senderId: string;
    name: string;
    organizationKind: string | null;
    sandbox: boolean;
    encryptReplies: boolean;
    suppressCountsBelow: number;
  };
}

export interface Sharing {
  serverId: string;
  at: Date;
  fourEyes: boolean;
  retentionDays: Retention;
  agreements: Shared[];
}

const AGREEMENTS = defineDocument(`query ($filter: AgreementFilter, $after: String) {
  agreements(filter: $filter, first: 200, after: $after) {
    nodes { id state registry recordTypes fields searchableAttributes operations purposes legalBasis requiresConsent rowFilter
      validFrom validUntil createdBy approvedBy
      sender { senderId name organizationKind sandbox encryptReplies suppressCountsBelow } }
    pageInfo { hasNextPage endCursor } } }`);

interface Page {
  agreements: { nodes: Shared[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

export async function readSharing(gateway: LocalGateway, senderId: string | undefined): Promise<Sharing> {
  const { serverId, fourEyes } = gateway.services.settings;
  const { retentionDays } = readConfig({ ...process.env }).config;
  if (senderId !== undefined) await findSender({ em: gateway.services.database.em() }, senderId);
  const all: Shared[] = [];
  const filter = senderId === undefined ? {} : { senderId };
  for (let after: string | null = null, more = true; more;) {
    const { agreements }: Page = await gateway.run<Page>(AGREEMENTS, { filter, after });
    all.push(...agreements.nodes);
    more = agreements.pageInfo.hasNextPage;
    after = agreements.pageInfo.endCursor;
  }
  const at = gateway.services.clock();
  const agreements = all.filter(
    ({ state, validUntil }) => state !== 'ENDED' && (validUntil === null || at < new Date(validUntil)),
  );
  return { serverId, at, fourEyes, retentionDays, agreements: agreements.map((one) => offered(gateway, one)) };
}

/** Operations that the registry does not have do nothing, whatever the agreement names. */
function offered({ services }: LocalGateway, agreement: Shared): Shared {
  const has = services.registries.byName(agreement.registry)?.operations ?? [];
  return { ...agreement, operations: has.filter((operation) => agreement.operations.includes(operation)) };
}
