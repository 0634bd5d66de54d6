/**
 * The places of a pool. That all are taken, or that a connection opens slowly, says that the machine is slow: who waits
 * for one waits on, as long as the server answers anybody. Once it has said nothing for a while it is away, all who wait
 * are told, and connections that were being opened are given up.
 */
import { Client, DatabaseError, Pool, type ClientConfig, type PoolClient, type PoolConfig } from 'pg';

type Taken = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void;

export class Places extends Pool {
  readonly #opening: Set<Client>;
  readonly #waiting = new Set<(error: Error) => void>();
  #heardAt = -Infinity;
  #listening = false;

  /** @param silentMs after which a server that answers nobody is away */
  constructor(
    config: PoolConfig,
    private readonly silentMs: number,
  ) {
    const opening = new Set<Client>();
    super({ ...config, Client: noting(opening) });
    this.#opening = opening;
    // A refusal is an answer too.
    this.on('connect', this.#hear).on('release', (error) => {
      if (!(error instanceof Error) || error instanceof DatabaseError) this.#hear();
    });
  }

  /** @throws when the server is away, and after the pool's own limit */
  override connect(): Promise<PoolClient>;
  override connect(callback: Taken): void;
  override connect(callback?: Taken): Promise<PoolClient> | void {
    if (callback === undefined) return this.#promised();
    if (this.idleCount > this.waitingCount) return super.connect(callback);
    const refuse = (error: Error) => callback(error, undefined, () => undefined);
    this.#waiting.add(refuse);
    super.connect((error, client, done) => {
      if (this.#waiting.delete(refuse)) callback(error, client, done);
      // Who was told that it is away has gone. With an error there is nothing to give back: past its own limit the pool
      // hands on the error alone.
      else if (client !== undefined) done();
    });
    this.#listen();
  }

  #promised(): Promise<PoolClient> {
    return new Promise((resolve, reject) =>
      this.connect((error, client) =>
        client === undefined ? reject(error ?? new Error('no connection')) : resolve(client),
      ),
    );
  }

  readonly #hear = (): void => {
    this.#heardAt = performance.now();
  };

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#hear();
    this.#lookAgain();
  }

  #lookAgain(): void {
    const left = this.#heardAt + this.silentMs - performance.now();
    if (this.#waiting.size === 0) this.#listening = false;
    else if (left <= 0) this.#giveUp();
    // After what has come meanwhile was read: this process itself may have been held up.
    else setTimeout(() => setImmediate(() => this.#lookAgain()), left).unref();
  }

  #giveUp(): void {
    const error = new Error('timeout exceeded when trying to connect: the database answers nobody');
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#listening = false;
    for (const refuse of waiting) refuse(error);
    for (const client of this.#opening) client.connection.stream.destroy();
  }
}

/** Clients that are in `opening` until they are open or have failed. */
function noting(opening: Set<Client>): new (config?: string | ClientConfig) => Client {
  return class extends Client {
    constructor(config?: string | ClientConfig) {
      super(config);
      opening.add(this);
      this.once('connect', () => opening.delete(this)).once('end', () => opening.delete(this));
    }
  };
}
