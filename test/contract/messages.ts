/** A valid message for every endpoint of protocol 1.2, in every registry, about the specification's example person. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';

export interface Ids {
  /** Of the request that a callback or a status request is about. */
  correlationId: string;
  transactionId: string;
  /** Of a subscription. */
  code: string;
}

export interface ContractCase {
  /** Below `/dci/v1/{registry}`. */
  path: string;
  action: string;
  /** What comes back: the answer, an ACK and later the answer, or an ACK of what we were sent. */
  mode: 'SYNC' | 'ASYNC' | 'INBOUND';
  queryType?: string;
  message: (ids: Ids) => JsonObject;
}

interface RegistryFacts {
  regType: string;
  recordType: string;
  /** An attribute of the default record type with a value to compare it to. */
  attribute: [name: string, value: string];
  queryTypes: string[];
}

const FOUR = ['idtype-value', 'expression', 'predicate', 'graphql'];
const THREE = FOUR.slice(0, 3);

export const REGISTRIES: Record<string, RegistryFacts> = {
  social: {
    regType: 'ns:org:RegistryType:Social',
    recordType: 'SRPerson',
    attribute: ['sex', 'female'],
    queryTypes: THREE,
  },
  crvs: {
    regType: 'ns:org:RegistryType:Civil',
    recordType: 'spdci-extensions-dci:Person',
    attribute: ['sex', 'female'],
    queryTypes: FOUR,
  },
  dr: {
    regType: 'ns:org:RegistryType:DR',
    recordType: 'spdci-extensions-dci:DisabledPerson',
    attribute: ['disability_status', '0'],
    queryTypes: FOUR,
  },
  fr: {
    regType: 'ns:org:RegistryType:FR',
    recordType: 'spdci-extensions-dci:Farmer',
    attribute: ['farm_type', '1'],
    queryTypes: FOUR,
  },
  ibr: {
    regType: 'ns:org:RegistryType:IBR',
    recordType: 'Beneficiary',
    attribute: ['enrollment_status', '1'],
    queryTypes: THREE,
  },
};

export const UIN = '847951632';
const person = { type: 'UIN', value: UIN };
const now = (): string => new Date().toISOString();
const item = (): JsonObject => ({ reference_id: randomUUID(), timestamp: now(), locale: 'eng' });

function queryOf(
  queryType: string,
  { attribute: [name, value], recordType }: RegistryFacts,
): JsonObject | JsonObject[] {
  const type = recordType.split(':').at(-1) ?? '';
  const field = type.charAt(0).toLowerCase() + type.slice(1);
  return {
    'idtype-value': person,
    expression: { type: 'ns:org:QueryType:expression', value: { expression: { query: { [name]: { $eq: value } } } } },
    predicate: [{ seq_num: 1, expression1: { attribute_name: name, operator: 'eq', attribute_value: value } }],
    graphql: { type: 'ns:org:QueryType:graphql', value: { expression: `{ ${field}(UIN: "${UIN}") { ${name} } }` } },
  }[queryType] as JsonObject;
}

const search =
  (registry: RegistryFacts, queryType: string) =>
  ({ transactionId }: Ids): JsonObject => ({
    transaction_id: transactionId,
    search_request: [
      {
        ...item(),
        search_criteria: {
          version: '1.0.0',
          reg_type: registry.regType,
          reg_record_type: registry.recordType,
          query_type: queryType,
          query: queryOf(queryType, registry),
          sort: [{ attribute_name: registry.attribute[0], sort_order: 'asc' }],
          pagination: { page_size: 2, page_number: 1 },
          authorize: { ts: now(), purpose: { code: 'p', text: 'contract test', ref_uri: 'https://example.org' } },
        },
      },
    ],
  });

const subscribe =
  ({ regType, recordType }: RegistryFacts) =>
  (): JsonObject => ({
    transaction_id: randomUUID(),
    subscribe_request: [
      {
        ...item(),
        subscribe_criteria: {
          version: '1.0.0',
          reg_type: regType,
          reg_event_type: 'REGISTER',
          filter_type: 'idtype-value',
          filter: { type: 'UIN', value: randomUUID() },
          notify_record_type: recordType,
        },
      },
    ],
  });

const status = ({ transactionId }: Ids): JsonObject => ({
  transaction_id: randomUUID(),
  txnstatus_request: {
    reference_id: randomUUID(),
    txn_type: 'search',
    attribute_type: 'transaction_id',
    attribute_value: transactionId,
    locale: 'eng',
  },
});

const notification =
  ({ regType, recordType }: RegistryFacts) =>
  (): JsonObject => ({
    transaction_id: randomUUID(),
    notify_event: [
      {
        ...item(),
        data: { version: '1.0.0', reg_type: regType, reg_record_type: recordType, reg_records: {} },
      },
    ],
  });

const answered = ({ transactionId, correlationId }: Ids): JsonObject => ({
  transaction_id: transactionId,
  correlation_id: correlationId,
});
const answerItem = (): JsonObject => ({ ...item(), status: 'succ' });

const common = (registry: RegistryFacts): ContractCase[] => [
  ...registry.queryTypes.flatMap((queryType): ContractCase[] => [
    { path: '/registry/sync/search', action: 'search', mode: 'SYNC', queryType, message: search(registry, queryType) },
  ]),
  { path: '/registry/search', action: 'search', mode: 'ASYNC', message: search(registry, 'idtype-value') },
  {
    path: '/registry/on-search',
    action: 'on-search',
    mode: 'INBOUND',
    message: (ids) => ({ ...answered(ids), search_response: [answerItem()] }),
  },
  { path: '/registry/subscribe', action: 'subscribe', mode: 'ASYNC', message: subscribe(registry) },
  {
    path: '/registry/on-subscribe',
    action: 'on-subscribe',
    mode: 'INBOUND',
    message: (ids) => ({ ...answered(ids), subscribe_response: [answerItem()] }),
  },
  {
    path: '/registry/unsubscribe',
    action: 'unsubscribe',
    mode: 'ASYNC',
    message: ({ code }) => ({ transaction_id: randomUUID(), timestamp: now(), subscription_codes: [code] }),
  },
  {
    path: '/registry/on-unsubscribe',
    action: 'on-unsubscribe',
    mode: 'INBOUND',
    message: (ids) => ({
      ...answered(ids),
      timestamp: now(),
      status: 'succ',
      subscription_status: [{ code: ids.code, status: 'unsubscribe' }],
    }),
  },
  { path: '/registry/notify', action: 'notify', mode: 'INBOUND', message: notification(registry) },
];

const withStatus: ContractCase[] = [
  { path: '/registry/sync/txn/status', action: 'txn-status', mode: 'SYNC', message: status },
  { path: '/registry/txn/status', action: 'txn-status', mode: 'ASYNC', message: status },
  {
    path: '/registry/txn/on-status',
    action: 'txn-on-status',
    mode: 'INBOUND',
    message: (ids) => ({
      ...answered(ids),
      txnstatus_response: { txn_type: 'search', txn_status: { ...answered(ids), search_response: [] } },
    }),
  },
];

const question = (path: string, criteria: string, query: JsonObject): ContractCase => ({
  path: `/registry/sync/${path}`,
  action: 'search',
  mode: 'SYNC',
  message: () => ({ transaction_id: randomUUID(), [criteria]: { query_type: 'expression', query } }),
});
const ofDisabled = { 'member.member_identifier': { eq: UIN } };

const OWN: Record<string, ContractCase[]> = {
  dr: ['disabled', 'get-disability-details', 'get-disability-support'].map((path) =>
    question(path, 'disabled_criteria', ofDisabled),
  ),
  ibr: [
    question('enrolled', 'enrolled_criteria', { person_identifier: { eq: UIN } }),
    {
      path: '/registry/sync/enrollment/updates',
      action: 'notify',
      mode: 'SYNC',
      message: () => ({
        transaction_id: randomUUID(),
        enrolled_updates: {
          beneficiaries: [
            {
              // Enrolled nowhere before: of several enrolments nobody could tell which is meant.
              member: { member_identifier: [{ identifier_type: 'UIN', identifier_value: randomUUID() }] },
              enrollment_status: '3',
            },
          ],
        },
      }),
    },
  ],
};

/** In an order in which every question has something to be about. */
export const casesOf = (registry: string): ContractCase[] => [
  ...common(REGISTRIES[registry] as RegistryFacts),
  ...(registry === 'dr' ? [] : withStatus),
  ...(OWN[registry] ?? []),
];
