/** What kept the gateway from starting, with the setting that mends it: the system's own words name none. */
import { resolve, sep } from 'node:path';
import { isNativeError } from 'node:util/types';

interface SystemError extends Error {
  code?: string;
  syscall?: string;
  path?: string;
}

const OF_LISTENING: Record<string, string> = {
  EADDRINUSE: 'PORT: another process listens there; stop it, or set another port',
  EACCES: 'PORT: this user may not listen there; set one above 1023, behind a proxy',
  EADDRNOTAVAIL: 'HOST: is no address of this machine',
  ENOTFOUND: 'HOST: must be a name or an address of this machine, without http://',
};

/** Of PostgreSQL: who connects is not let in. */
const NOT_LET_IN = new Set(['28P01', '28000']);

/** Of OpenSSL and Node.js: the certificate of a server is not believed. */
export const NOT_BELIEVED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
];
const NOT_ALLOWED = '42501';
const NO_CONNECTION_LEFT = '53300';
export const TAKES_THEM =
  'each process takes DB_POOL_SIZE connections and some eight more: raise max_connections of the server, or lower DB_POOL_SIZE';
export const OWNS_IT = 'its user makes the tables, so the database must belong to it: ALTER DATABASE … OWNER TO …';
/** Of `pg`, without a code: the server asks for a password, and there is none to give. */
export const ASKS_PASSWORD = /^SASL: .*client password must be/;
export const GIVE_PASSWORD = 'write it into DATABASE_URL: postgres://user:password@host/database';
const WITHOUT_TLS = 'The server does not support SSL connections';

export function startFault(error: unknown, { DATA_DIR = '.data' }: Record<string, string | undefined>): string {
  if (!isNativeError(error)) return String(error);
  const { code = '', syscall, path, message }: SystemError = error;
  const listening = syscall === 'listen' || syscall === 'getaddrinfo' ? OF_LISTENING[code] : undefined;
  if (listening !== undefined) return `${listening} (${message})`;
  if (NOT_LET_IN.has(code)) return `DATABASE_URL: ${message}: check its user and password`;
  if (code === NOT_ALLOWED) return `DATABASE_URL: ${message}: ${OWNS_IT}`;
  if (code === NO_CONNECTION_LEFT) return `DATABASE_URL: ${message}: ${TAKES_THEM}`;
  if (NOT_BELIEVED.includes(code))
    return `DATABASE_URL: the certificate of the server is not believed (${message}): name who signed it with sslrootcert=FILE, and the host as it stands there`;
  if (ASKS_PASSWORD.test(message)) return `DATABASE_URL: the server asks for a password: ${GIVE_PASSWORD}`;
  if (message === WITHOUT_TLS) return `DATABASE_URL: ${message}: have it do so, or leave sslmode out`;
  if (path !== undefined && isOf(resolve(DATA_DIR), resolve(path), syscall))
    return `DATA_DIR: must be a folder that this user may write to, on a disk with room (${message})`;
  return String(error);
}

/** The folder, what is in it, or what would have to be made above it. */
const isOf = (folder: string, path: string, syscall?: string): boolean =>
  isWithin(path, folder) || (syscall === 'mkdir' && isWithin(folder, path));

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);
