/** Administrators with an account of the gateway, who sign in as people do. */
import type { TestGateway } from './gateway.js';

export interface SignInAnswer {
  status: number;
  headers: Headers;
  body: { token?: string; role?: string; subject?: string; error?: string; message?: string; field?: string };
}

export interface LocalAdmin {
  name: string;
  password: string;
  token: string;
}

export async function signIn(
  { url }: Pick<TestGateway, 'url'>,
  asked: object,
  headers: Record<string, string> = {},
): Promise<SignInAnswer> {
  const response = await fetch(`${url}/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(asked),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as SignInAnswer['body'] };
}

/** Made by the bootstrap administrator. @returns its one-time password */
export async function makeAccount(gateway: TestGateway, name: string, role: string): Promise<string> {
  const { createAdminAccount } = await gateway.admin<{ createAdminAccount: { oneTimePassword: string } }>(
    `mutation { createAdminAccount(input: { name: "${name}", role: ${role} }) { oneTimePassword } }`,
  );
  return createAdminAccount.oneTimePassword;
}

/** Made, its password changed, signed in. */
export async function localAdmin(gateway: TestGateway, name: string, role = 'ADMIN'): Promise<LocalAdmin> {
  const oneTimePassword = await makeAccount(gateway, name, role);
  const password = `correct horse battery ${role}`;
  const { body } = await signIn(gateway, { name, password: oneTimePassword, newPassword: password });
  if (body.token === undefined) throw new Error(JSON.stringify(body));
  return { name, password, token: body.token };
}
