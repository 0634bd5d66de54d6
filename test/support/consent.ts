/** Persons and consents for tests of the access decision. */
import type { TestGateway } from './gateway.js';

export const person = (uin: string, data: Record<string, unknown> = {}) => ({
  recordType: 'SRPerson',
  identifiers: [{ type: 'UIN', value: uin }],
  data: { name: { surname: `Surname ${uin}`, given_name: `Given ${uin}` }, sex: 'female', ...data },
});

/** @param members UINs of persons inside */
export const household = (id: string, members: string[], data: Record<string, unknown> = {}) => ({
  recordType: 'Group',
  identifiers: [{ type: 'HOUSEHOLD_ID', value: id }],
  data: {
    group_type: '1',
    member_list: members.map((uin) => ({
      member_identifier: [{ identifier_type: 'UIN', identifier_value: uin }],
      demographic_info: { name: { surname: `Surname ${uin}` }, birth_date: '2001-02-03' },
    })),
    ...data,
  },
});

export async function addRecords(gateway: TestGateway, records: unknown[], registry = 'SOCIAL'): Promise<void> {
  await gateway.admin(
    `mutation ($registry: Registry!, $records: [RecordInput!]!) {
      upsertRecords(registry: $registry, records: $records) { inserted } }`,
    { registry, records },
  );
}

export interface Consented {
  uin?: string;
  identifier?: { type: string; value: string };
  [field: string]: unknown;
}

/** @returns the consent's id */
export async function giveConsent(gateway: TestGateway, { uin, identifier, ...input }: Consented): Promise<string> {
  const { grantConsent } = await gateway.admin<{ grantConsent: { id: string } }>(
    `mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { id } }`,
    { input: { registry: 'SOCIAL', fields: ['*'], identifier: identifier ?? { type: 'UIN', value: uin }, ...input } },
  );
  return grantConsent.id;
}

export const revokeConsent = (gateway: TestGateway, id: string): Promise<unknown> =>
  gateway.admin(`mutation ($id: ID!) { revokeConsent(id: $id) { inForce } }`, { id });
