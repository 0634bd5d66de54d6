/**
 * Connections that stand for a few seconds after an answer. One is used again only by a request to the same name that
 * resolves to the same checked addresses, with the same certificates of ours.
 */
import { createHash } from 'node:crypto';

import type { Address, ClientTls } from './outbound-connect.js';
import { Connection } from './outbound-connection.js';

const KEPT_PER_PLACE = 8;
const MOST_PLACES = 1000;

/** Where requests to one name go. Each connection serves one at a time. */
export class Place {
  readonly #idle: Connection[] = [];

  constructor(private readonly origin: string) {}

  /** One that stands, the last used first, or a new one. */
  take(): Connection {
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) if (kept.isOpen) return kept;
    return this.takeNew();
  }

  takeNew(): Connection {
    const connection: Connection = new Connection(this.origin, () => this.#drop(connection));
    return connection;
  }

  giveBack(connection: Connection): void {
    if (this.#idle.length < KEPT_PER_PLACE) this.#idle.push(connection);
    else connection.close();
  }

  /** What is under way goes on. */
  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #drop(connection: Connection): void {
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
  }
}

export class KeptConnections {
  readonly #places = new Map<string, Place>();

  placeOf({ origin }: URL, addresses: readonly Address[], tls: ClientTls | undefined): Place {
    const checked = addresses.map(({ address }) => address).toSorted();
    const key = JSON.stringify([origin, checked, tls === undefined ? '' : digest(tls)]);
    const place = this.#places.get(key) ?? new Place(origin);
    // The one that was used last is the last to go.
    this.#places.delete(key);
    this.#places.set(key, place);
    const [oldest] = this.#places;
    if (oldest !== undefined && this.#places.size > MOST_PLACES) this.#forget(...oldest);
    return place;
  }

  #forget(key: string, place: Place): void {
    this.#places.delete(key);
    place.close();
  }
}

const digest = (tls: ClientTls): string => createHash('sha256').update(JSON.stringify(tls)).digest('base64');
