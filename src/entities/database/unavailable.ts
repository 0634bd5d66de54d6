/** Faults that pass by themselves: the database is away, silent, full, starting or takes no writes. Waiting helps. */

/** Of the operating system, on the way to the server. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/**
 * Of the server (PostgreSQL, appendix A): connection, resources (disk full, too many connections), shutdown and start,
 * a read-only transaction, a session ended for idling, an input or output error.
 */
const SQLSTATE = /^(08...|53...|57P0.|25006|25P03|58030)$/;
/** Of the driver, which gives these no code. */
const DRIVER =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|Query read timeout|is not queryable|calling end on the pool/;

export function isUnavailable(error: unknown): boolean {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (NETWORK.has(code) || SQLSTATE.test(code))) return true;
  return typeof message === 'string' && DRIVER.test(message);
}
