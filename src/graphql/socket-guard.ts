/** Bounds of WebSockets: how many, how fast they talk, and that they end when their administrator may no longer listen. */
import type { WebSocket } from 'ws';
import type { Context } from './context.js';

const SOCKETS = 1_000;
const SOCKETS_OF_ONE = 20;
const MESSAGES = 100;
const WINDOW_MS = 10_000;
const RECHECK_MS = 2_000;
/** graphql-ws: Forbidden; Too many requests. */
const FORBIDDEN = 4403;
const TOO_MANY = 4429;

export class SocketGuard {
  readonly #subjects = new Map<WebSocket, string>();

  /** Before a connection is acknowledged; false when there are too many, and then it is closed. */
  admit(socket: WebSocket, { principal, stillAllowed }: Context): boolean {
    // It went while it was found out whose it is: nothing would tell us to stop counting it.
    if (socket.readyState !== socket.OPEN) return false;
    const subject = principal.kind === 'admin' ? principal.subject : '';
    const ofOne = [...this.#subjects.values()].filter((other) => other === subject).length;
    if (this.#subjects.size >= SOCKETS || ofOne >= SOCKETS_OF_ONE) {
      socket.close(TOO_MANY, `at most ${SOCKETS_OF_ONE} connections at once`);
      return false;
    }
    this.#subjects.set(socket, subject);
    const recheck = setInterval(() => void this.#recheck(socket, stillAllowed), RECHECK_MS);
    socket.once('close', () => {
      clearInterval(recheck);
      this.#subjects.delete(socket);
    });
    return true;
  }

  /** Counts what a client says, from its first word on. */
  limitMessages(socket: WebSocket): void {
    let [since, count] = [performance.now(), 0];
    socket.on('message', () => {
      if (performance.now() - since > WINDOW_MS) [since, count] = [performance.now(), 0];
      if (++count > MESSAGES) socket.close(TOO_MANY, `at most ${MESSAGES} messages in ${WINDOW_MS / 1000} seconds`);
    });
  }

  async #recheck(socket: WebSocket, stillAllowed: Context['stillAllowed']): Promise<void> {
    // That it cannot be found out now is no fault of the token.
    const allowed = await stillAllowed?.().catch(() => undefined);
    if (allowed === false) socket.close(FORBIDDEN, 'the token is no longer valid: sign in again');
  }
}
