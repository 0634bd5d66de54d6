import { defineDocument } from '../graphql/run-document.js';
import type { LocalGateway } from './local-gateway.js';

export interface AccountLine {
  name: string;
  role: string;
  state: string;
  totpConfirmed: boolean;
  signedInAt: string | null;
}

export interface GivenPassword {
  account: AccountLine;
  oneTimePassword: string;
}

const LINE = '{ name role state totpConfirmed signedInAt }';
const LIST = defineDocument(`{ accounts: adminAccounts ${LINE} }`);
const ADD = defineDocument(`mutation ($input: CreateAdminAccountInput!) {
  given: createAdminAccount(input: $input) { oneTimePassword account ${LINE} }
}`);
const RESET = defineDocument(`mutation ($name: String!, $reason: String!) {
  given: resetAdminAccount(name: $name, reason: $reason) { oneTimePassword account ${LINE} }
}`);
const MOVE = {
  disable: defineDocument(`mutation ($name: String!, $reason: String!) {
    account: disableAdminAccount(name: $name, reason: $reason) ${LINE}
  }`),
  enable: defineDocument(`mutation ($name: String!) { account: enableAdminAccount(name: $name) ${LINE} }`),
};

export async function listAccounts(gateway: LocalGateway): Promise<AccountLine[]> {
  return (await gateway.run<{ accounts: AccountLine[] }>(LIST)).accounts;
}

export async function addAccount(gateway: LocalGateway, name: string, role: string): Promise<GivenPassword> {
  return (await gateway.run<{ given: GivenPassword }>(ADD, { input: { name, role } })).given;
}

export async function resetAccount(gateway: LocalGateway, name: string, reason: string): Promise<GivenPassword> {
  return (await gateway.run<{ given: GivenPassword }>(RESET, { name, reason })).given;
}

export async function moveAccount(
  gateway: LocalGateway,
  move: keyof typeof MOVE,
  name: string,
  reason: string,
): Promise<AccountLine> {
  return (await gateway.run<{ account: AccountLine }>(MOVE[move], { name, reason })).account;
}
