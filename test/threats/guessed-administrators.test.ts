/**
 * Administrators with an account here: passwords guessed, names found out, codes used twice, sessions planted or kept, a
 * role taken. Two processes share one database, the second with four eyes.
 */
import { Secret, TOTP } from 'otpauth';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { localAdmin, makeAccount, signIn, type LocalAdmin } from '../support/local-admin.js';

const REFUSED = { status: 401, error: 'UNAUTHENTICATED' };

let gateway: TestGateway;
let second: TestGateway;
let now = new Date();
beforeAll(async () => {
  const env = { TRUST_PROXY: '127.0.0.1', ROLE: 'api' };
  gateway = await startTestGateway({ env, clock: () => now });
  second = await startTestGateway({
    env: { ...env, FOUR_EYES: 'true' },
    databaseUrl: gateway.databaseUrl,
    clock: () => now,
  });
});
afterAll(async () => {
  await second?.close();
  await gateway?.close();
});

let addresses = 0;
/** As a proxy in front says: each test from an address of its own. */
const from = () => ({ 'x-forwarded-for': `192.0.2.${(addresses += 1)}` });
const outcome = async (asked: object, headers = from(), at = gateway) => {
  const { status, body } = await signIn(at, asked, headers);
  return { status, error: body.error };
};
const me = async (token: string, at = gateway) => {
  const { data, errors } = await at.graphql<{ me: Record<string, unknown> }>(
    '{ me { subject role account { name totpConfirmed recoveryCodesLeft } } }',
    {},
    token,
  );
  return data?.me ?? errors?.[0]?.extensions.code;
};
const codeOf = async (query: string, token: string, at = gateway) =>
  (await at.graphql(query, {}, token)).errors?.[0]?.extensions.code;

describe('the first sign in', () => {
  test('asks for a password of one’s own, and then the one that was given is worth nothing', async () => {
    const given = await makeAccount(gateway, 'Ada', 'AUDITOR');
    const first = { name: 'ADA ', password: given };
    expect((await signIn(gateway, first)).body).toMatchObject({ error: 'CONFLICT', field: 'newPassword' });
    for (const newPassword of ['short', 'aaaaaaaaaaaaaaaa', 'ada is my name, of course', given])
      expect((await signIn(gateway, { ...first, newPassword })).body).toMatchObject({
        error: 'INVALID',
        field: 'newPassword',
      });
    const { status, body } = await signIn(gateway, { ...first, newPassword: 'violet ink and rain' });
    expect({ status, ...body }).toMatchObject({ status: 200, subject: 'local:ada', role: 'AUDITOR' });
    expect(await outcome(first)).toEqual(REFUSED);
    expect(await me(body.token ?? '')).toMatchObject({ role: 'AUDITOR', account: { name: 'ada' } });
    // In any form of the same letters.
    expect((await outcome({ name: 'ada', password: 'violet ｉｎｋ and rain' })).status).toBe(200);
  });

  test('comes within seven days, or not at all', async () => {
    const password = await makeAccount(gateway, 'late', 'MONITOR');
    now = new Date(now.getTime() + 7 * 86_400_000);
    expect(await outcome({ name: 'late', password, newPassword: 'violet ink and rain' })).toEqual(REFUSED);
  });
});

describe('guessing', () => {
  test('at the same time from one address gets ten tries an hour, the right one too late', async () => {
    const { name, password } = await localAdmin(gateway, 'guessed');
    const address = from();
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, guess) => signIn(gateway, { name, password: `guess ${guess}` }, address)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    const locked = answers.filter(({ status }) => status === 429);
    expect(locked).toHaveLength(6);
    expect(Number(locked[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    // Whoever knows it is locked out there too, at every process, and nowhere else.
    for (const at of [gateway, second])
      expect(await outcome({ name, password }, address, at)).toEqual({ status: 429, error: 'LOCKED' });
    expect((await outcome({ name, password })).status).toBe(200);
  });

  test('at many names from one address ends too, and a name that is none is locked like one that is', async () => {
    const address = from();
    const statuses = [];
    for (let guess = 0; guess < 11; guess += 1)
      statuses.push((await outcome({ name: 'nobody', password: 'x' }, address)).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
    const others = Array.from({ length: 45 }, (_, guess) =>
      outcome({ name: `nobody-${guess}`, password: 'x' }, address),
    );
    statuses.push(...(await Promise.all(others)).map(({ status }) => status));
    expect(statuses.filter((status) => status === 401)).toHaveLength(50);
  });

  test('tells nothing of a name, neither by words nor by time', async () => {
    const { name, password } = await localAdmin(gateway, 'known');
    await localAdmin(gateway, 'left');
    await gateway.admin('mutation { disableAdminAccount(name: "left", reason: "left") { state } }');
    const asked = [
      { name, password: 'wrong' },
      { name: 'unknown', password: 'wrong' },
      { name: 'no name\u0000 at all', password: 'wrong' },
      { name: 'left', password },
    ];
    const answers = await Promise.all(asked.map((one) => signIn(gateway, one, from())));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify({ status, body }))).size).toBe(1);
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < 9; round += 1)
      for (const [index, one] of asked.slice(0, 2).entries()) {
        const begun = performance.now();
        await signIn(gateway, one, from());
        times[index]?.push(performance.now() - begun);
      }
    const [known = 1, unknown = 0] = times.map((all) => all.toSorted((a, b) => a - b)[4]);
    // Without a hash to try it would be an eighth.
    expect(unknown / known).toBeGreaterThan(0.5);
  });

  test('leaves rows of accounts and none of what was typed', async () => {
    const rows = await gateway.database.query<{ target: string; why: string }>(
      `select target_id as target, after ->> 'why' as why from admin_action where action = 'signInRefused'`,
    );
    expect(new Set(rows.map(({ why }) => why))).toEqual(new Set(['refused', 'locked']));
    expect(rows.map(({ target }) => target)).toEqual(expect.arrayContaining(['unknown', 'guessed', 'left']));
    const [all] = await gateway.database.query<{ text: string }>(
      'select json_agg(a)::text as text from admin_action a',
    );
    expect(/nobody|correct horse|argon2/.exec(all?.text ?? '')).toBeNull();
  });
});

describe('a code', () => {
  let admin: LocalAdmin;
  let secret: string;
  const codeNow = () => TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: now.getTime() });
  const later = () => (now = new Date(now.getTime() + 60_000));
  const ask = <Data>(query: string) => gateway.graphql<Data>(query, {}, admin.token);

  test('is asked for once the app has shown one', async () => {
    admin = await localAdmin(gateway, 'factor');
    const wrong = await ask('mutation { beginMySecondFactor(password: "wrong") { uri } }');
    expect(wrong.errors?.[0]?.extensions).toMatchObject({ field: 'password' });
    const begun = await ask<{ beginMySecondFactor: { uri: string; secret: string } }>(
      `mutation { beginMySecondFactor(password: "${admin.password}") { uri secret } }`,
    );
    ({ secret = '' } = begun.data?.beginMySecondFactor ?? {});
    expect(begun.data?.beginMySecondFactor.uri).toMatch(/^otpauth:\/\/totp\/dci-gateway:factor\?/);
    // Not yet: who lost the page on the way can still sign in.
    expect((await outcome(admin)).status).toBe(200);
    expect((await ask('mutation { confirmMySecondFactor(code: "000000") }')).errors).toHaveLength(1);
    const confirmed = await ask<{ confirmMySecondFactor: string[] }>(
      `mutation { confirmMySecondFactor(code: "${codeNow()}") }`,
    );
    expect(new Set(confirmed.data?.confirmMySecondFactor).size).toBe(10);
    recovery = confirmed.data?.confirmMySecondFactor ?? [];
    expect(await me(admin.token)).toMatchObject({ account: { totpConfirmed: true, recoveryCodesLeft: 10 } });
  });
  let recovery: string[] = [];

  test('is needed: the password alone is answered as a wrong one is', async () => {
    const { name, password } = admin;
    expect(await outcome({ name, password })).toEqual(REFUSED);
    expect(await outcome({ name, password, code: '000000' })).toEqual(REFUSED);
    // The one that confirmed the app.
    expect(await outcome({ name, password, code: codeNow() })).toEqual(REFUSED);
  });

  test('works once, whoever is faster, and an older one no more', async () => {
    const { name, password } = admin;
    const old = codeNow();
    later();
    const asked = { name, password, code: codeNow() };
    const address = from();
    const answers = await Promise.all(Array.from({ length: 4 }, () => outcome(asked, address)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401]);
    expect(await outcome(asked)).toEqual(REFUSED);
    expect(await outcome({ name, password, code: old })).toEqual(REFUSED);
  });

  test('for when the telephone is lost works once, without a password never', async () => {
    const { name, password } = admin;
    const [code = ''] = recovery;
    expect(await outcome({ name, password: 'wrong', code })).toEqual(REFUSED);
    expect((await outcome({ name, password, code: code.toUpperCase() })).status).toBe(200);
    expect(await outcome({ name, password, code })).toEqual(REFUSED);
  });

  test('is the same in the digits of any script, with the marks that come with them', async () => {
    const { name, password } = admin;
    const inDigits = (code: string, zero: string) =>
      code.replaceAll(/\d/g, (digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)));
    for (const zero of ['٠', '۰', '０']) {
      later();
      const code = `\u200f${inDigits(codeNow(), zero)}\u200f`;
      expect(await outcome({ name, password, code: inDigits('000000', zero) })).toEqual(REFUSED);
      expect((await outcome({ name, password, code })).status).toBe(200);
      expect(await outcome({ name, password, code: codeNow() })).toEqual(REFUSED);
    }
    const numbered = recovery.find((code) => code !== recovery[0] && /\d/.test(code)) ?? '';
    const typed = inDigits(numbered, '۰').replaceAll('-', '\u2013');
    expect((await outcome({ name, password, code: typed })).status).toBe(200);
    expect(await outcome({ name, password, code: numbered })).toEqual(REFUSED);
  });

  test('is stored sealed, recovery codes hashed, and both go with a reset', async () => {
    const [row] = await gateway.database.query<{ text: string }>(
      `select a::text as text from admin_account a where name = 'factor'`,
    );
    expect(row?.text).not.toContain(Buffer.from(Secret.fromBase32(secret).bytes).toString('hex'));
    expect(row?.text).not.toContain(recovery[1]);
    await gateway.admin('mutation { resetAdminAccount(name: "factor", reason: "lost") { oneTimePassword } }');
    expect(await me(admin.token)).toBe('UNAUTHENTICATED');
    later();
    expect(await outcome({ ...admin, code: codeNow() })).toEqual(REFUSED);
  });
});

describe('a session', () => {
  test('is a new one at each sign in: one that was brought along is not taken up', async () => {
    const { name, password, token } = await localAdmin(gateway, 'fixed');
    const planted = `dcis_${'A'.repeat(43)}`;
    const { body } = await signIn(
      gateway,
      { name, password, token: planted },
      { authorization: `Bearer ${planted}`, cookie: `session=${planted}` },
    );
    expect(body.token).toMatch(/^dcis_[\w-]{43}$/);
    expect([planted, token]).not.toContain(body.token);
    expect(await me(planted)).toBe('UNAUTHENTICATED');
    const kept = await gateway.database.query<{ text: string }>('select s::text as text from admin_session s');
    expect(JSON.stringify(kept)).not.toContain(body.token);
  });

  test('ends with the button, with a working day, with another password, and when it is called back', async () => {
    const one = await localAdmin(gateway, 'ended', 'MONITOR');
    const again = async () => (await signIn(gateway, one, from())).body.token ?? '';
    const [other, called] = [await again(), await again()];
    expect(await codeOf('mutation { signOut }', one.token)).toBeUndefined();
    expect([await me(one.token), await me(one.token, second)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    const change = `mutation { changeMyPassword(current: "${one.password}", replacement: "another violet ink") }`;
    expect(await codeOf(change, other)).toBeUndefined();
    expect(await me(called)).toBe('UNAUTHENTICATED');
    expect(await me(other)).toMatchObject({ subject: 'local:ended' });
    await gateway.admin('mutation { revokeAdminSessions(subject: "local:ended", reason: "seen elsewhere") }');
    expect([await me(other), await me(other, second)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    now = new Date(now.getTime() + 1);
    const { body } = await signIn(gateway, { name: 'ended', password: 'another violet ink' }, from());
    expect(await me(body.token ?? '')).toMatchObject({ role: 'MONITOR' });
    now = new Date(now.getTime() + 8 * 3_600_000);
    expect(await me(body.token ?? '')).toBe('UNAUTHENTICATED');
  });

  test('that was left open is no password', async () => {
    const { token } = await localAdmin(gateway, 'open');
    const change = 'mutation { changeMyPassword(current: "wrong", replacement: "another violet ink") }';
    const codes = [];
    for (let guess = 0; guess < 11; guess += 1) codes.push(await codeOf(change, token));
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('BAD_USER_INPUT'));
    expect(codes[10]).not.toBe('BAD_USER_INPUT');
  });
});

describe('a role', () => {
  const raise = (name: string) => `mutation { changeAdminRole(name: "${name}", role: ADMIN) { role } }`;

  test('is given by an ADMIN, and to nobody by themselves', async () => {
    const operator = await localAdmin(gateway, 'olga', 'OPERATOR');
    await localAdmin(gateway, 'mona', 'MONITOR');
    for (const query of [
      raise('olga'),
      raise('mona'),
      'mutation { createAdminAccount(input: { name: "mine", role: ADMIN }) { oneTimePassword } }',
      'mutation { resetAdminAccount(name: "mona", reason: "r") { oneTimePassword } }',
      'mutation { disableAdminAccount(name: "mona", reason: "r") { state } }',
      '{ adminAccounts { name } }',
    ])
      expect(await codeOf(query, operator.token)).toBe('FORBIDDEN');
    const { status, body } = await signIn(gateway, { ...operator, role: 'ADMIN', subject: 'bootstrap-admin' }, from());
    expect({ status, role: body.role }).toEqual({ status: 200, role: 'OPERATOR' });
    const admin = await localAdmin(gateway, 'own');
    expect(await codeOf(raise('OWN '), admin.token)).toBe('FORBIDDEN');
    expect(await codeOf(raise('olga'), admin.token)).toBeUndefined();
  });

  test('that was taken away is gone for whoever is signed in', async () => {
    const admin = await localAdmin(gateway, 'lowered');
    await gateway.admin('mutation { changeAdminRole(name: "lowered", role: MONITOR) { role } }');
    expect(await me(admin.token)).toMatchObject({ role: 'MONITOR' });
    expect(await codeOf('{ adminAccounts { name } }', admin.token)).toBe('FORBIDDEN');
    await gateway.admin('mutation { disableAdminAccount(name: "lowered", reason: "left") { state } }');
    expect(await me(admin.token)).toBe('UNAUTHENTICATED');
    expect(await outcome(admin)).toEqual(REFUSED);
  });

  test('of a second person is not made by one alone, with four eyes', async () => {
    const [xenia, yuri] = [await localAdmin(gateway, 'xenia'), await localAdmin(gateway, 'yuri')];
    const make =
      'mutation { createAdminAccount(input: { name: "puppet", role: ADMIN }) { oneTimePassword account { state version } } }';
    const made = await second.graphql<{
      createAdminAccount: { oneTimePassword: string; account: { state: string; version: number } };
    }>(make, {}, xenia.token);
    const { oneTimePassword: password = '', account } = made.data?.createAdminAccount ?? {};
    expect(account).toEqual({ state: 'PENDING', version: 1 });
    const puppet = { name: 'puppet', password, newPassword: 'strings on a stick' };
    expect(await outcome(puppet, from(), second)).toEqual(REFUSED);
    const approve = 'mutation { approveAdminAccount(name: "puppet", version: 1) { state } }';
    expect(await codeOf(approve, xenia.token, second)).toBe('FORBIDDEN');
    expect(await codeOf('mutation { enableAdminAccount(name: "puppet") { state } }', xenia.token, second)).toBe(
      'CONFLICT',
    );
    expect(await codeOf(approve, yuri.token, second)).toBeUndefined();
    expect((await outcome(puppet, from(), second)).status).toBe(200);
    // Nor is one that is there taken over.
    const reset = 'mutation { resetAdminAccount(name: "puppet", reason: "r") { account { state } } }';
    expect((await second.graphql(reset, {}, xenia.token)).data).toMatchObject({
      resetAdminAccount: { account: { state: 'PENDING' } },
    });
  });
});

test('what has another form than a sign in is refused in a line', async () => {
  expect(await outcome({ name: 'x' })).toEqual({ status: 400, error: 'INVALID' });
  expect(await outcome({ name: { $ne: '' }, password: { $ne: '' } })).toEqual({ status: 400, error: 'INVALID' });
  const form = await fetch(`${gateway.url}/admin/session`, { method: 'POST', body: 'name=a&password=b' });
  expect(form.status).toBe(400);
  expect((await fetch(`${gateway.url}/admin/session`)).status).toBe(405);
});
