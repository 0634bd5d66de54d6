import { isAllowedAddress } from '../../src/platform/outbound-address.js';
import { createOutbound } from '../../src/platform/outbound-http.js';

const strict = createOutbound({ allowHttp: false, allowPrivate: false, timeoutMs: 1_000, maxResponseBytes: 1_000 });
const trying = createOutbound({ allowHttp: true, allowPrivate: true, timeoutMs: 1_000, maxResponseBytes: 1_000 });

const wordsOf = (text: string): string[] => text.trim().split(/\s+/);

const FORBIDDEN_ALWAYS = `
  0.0.0.0 0.1.2.3 169.254.169.254 169.254.0.1 168.63.129.16 100.100.100.200 192.0.0.192 192.0.2.1 192.88.99.1
  198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::ffff:127.0.0.1 ::ffff:8.8.8.8
  ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:10::1 2001:db8::1 2002:7f00:1::1 3fff::1
  5f00::1 fe80::1 fe80::1%lo fec0::1 ff02::1 fd00:ec2::254 4000::1 localhost 
`;
const PRIVATE = `
  10.0.0.1 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254 172.16.0.1 172.31.255.254 192.168.1.1 198.18.0.1
  ::1 fc00::1 fd12:3456::1
`;
const PUBLIC = ['8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '2606:4700:4700::1111'];

test.each(wordsOf(FORBIDDEN_ALWAYS))('%s is never allowed', (address) => {
  expect([isAllowedAddress(address, false), isAllowedAddress(address, true)]).toEqual([false, false]);
});

test.each(wordsOf(PRIVATE))('%s is allowed for trying out only', (address) => {
  expect([isAllowedAddress(address, false), isAllowedAddress(address, true)]).toEqual([false, true]);
});

test.each(PUBLIC)('%s is public', (address) => {
  expect(isAllowedAddress(address, false)).toBe(true);
});

const NOT_PUBLIC =
  'the host of the URL must have public addresses only, none that are private or reserved; private ones are for gateways with ALLOW_PRIVATE_CALLBACKS=true';
const FOUR_NUMBERS = 'the URL must write an IPv4 address as four decimal numbers';

test.each([
  ['not a URL', 'the URL is not valid: write it as https://host/path'],
  ['', 'the URL is not valid: write it as https://host/path'],
  ['/relative', 'the URL is not valid: write it as https://host/path'],
  ['http://partner.test/', 'the URL must start with https://; http:// is for gateways with ALLOW_HTTP_CALLBACKS=true'],
  ['ftp://partner.test/', 'the URL must start with https://'],
  ['file:///etc/passwd', 'the URL must start with https://'],
  ['gopher://partner.test/', 'the URL must start with https://'],
  ['https://user:secret@partner.test/', 'the URL must not hold a user name or password'],
  ['https://partner.test@127.0.0.1/', 'the URL must not hold a user name or password'],
  ['https://2130706433/', FOUR_NUMBERS],
  ['https://134744072/', FOUR_NUMBERS],
  ['https://0177.0.0.1/', FOUR_NUMBERS],
  ['https://0x7f.0.0.1/', FOUR_NUMBERS],
  ['https://0x7f000001/', FOUR_NUMBERS],
  ['https://127.1/', FOUR_NUMBERS],
  ['https://①②⑦.⓪.⓪.①/', FOUR_NUMBERS],
  ['https://127.0.0.1/', NOT_PUBLIC],
  ['https://169.254.169.254/latest/meta-data', NOT_PUBLIC],
  ['https://[::1]/', NOT_PUBLIC],
  ['https://[::ffff:127.0.0.1]/', NOT_PUBLIC],
  ['https://[::ffff:7f00:1]/', NOT_PUBLIC],
  ['https://[64:ff9b::127.0.0.1]/', NOT_PUBLIC],
  ['https://localhost/', NOT_PUBLIC],
  ['https://LOCALHOST./', NOT_PUBLIC],
  ['https://any.localhost/', NOT_PUBLIC],
])('%s is refused at intake, and named', (url, message) => {
  expect(() => strict.assertAllowed(url)).toThrow(message);
});

test('a refusal repeats neither address nor password', () => {
  expect(() => strict.assertAllowed('https://user:secret@10.0.0.1/')).toThrow(/^(?!.*(secret|10\.0)).*$/);
});

test.each([
  'https://partner.test/on-search?x=1',
  'https://partner.test:8443/',
  'https://8.8.8.8/',
  'https://[2606:4700::1]/',
])('%s is allowed at intake', (url) => {
  expect(() => strict.assertAllowed(url)).not.toThrow();
});

test('for trying out, http and private addresses pass, metadata still not', () => {
  expect(() => trying.assertAllowed('http://127.0.0.1:3000/')).not.toThrow();
  expect(() => trying.assertAllowed('http://localhost:3000/')).not.toThrow();
  expect(() => trying.assertAllowed('http://169.254.169.254/')).toThrow(NOT_PUBLIC);
  expect(() => trying.assertAllowed('http://2130706433/')).toThrow(FOUR_NUMBERS);
});

describe('registered callback hosts', () => {
  test.each([
    ['https://partner.test/', 'partner.test'],
    ['https://partner.test:8443/', 'partner.test'],
    ['https://PARTNER.test/', 'Partner.TEST'],
    ['https://partner.test:8443/', 'partner.test:8443'],
    ['https://partner.test/', 'partner.test:443'],
    ['https://[2606:4700::1]:8443/', '[2606:4700::1]:8443'],
    ['https://[2606:4700:0::1]/', '[2606:4700::1]'],
  ])('%s is covered by %s', (url, entry) => {
    expect(() => strict.assertAllowed(url, ['other.test', entry])).not.toThrow();
  });

  test.each([
    ['https://partner.test:8443/', 'partner.test:443'],
    ['https://evil.test/', 'partner.test'],
    ['https://partner.test.evil.test/', 'partner.test'],
    ['https://sub.partner.test/', 'partner.test'],
    ['https://[2606:4700::1]/', '2606:4700::1'],
    ['https://partner.test/', ''],
  ])('%s is not covered by %s', (url, entry) => {
    expect(() => strict.assertAllowed(url, [entry])).toThrow('the host of the URL is not registered for this sender');
  });

  test('none registered: none allowed', () => {
    expect(() => strict.assertAllowed('https://partner.test/', [])).toThrow('not registered');
  });
});
