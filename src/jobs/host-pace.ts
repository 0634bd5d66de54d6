/**
 * The pace of one process. A host gets a few requests at once. What is prepared and written down beside them is under way
 * too: as many as the host answers quickly, and of one sender as many as its hosts do, however many it names.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { RecentCallers } from '../access/recent-callers.js';
import type { Room } from '../entities/deliveries/due-delivery.repository.js';
import { endpointOf } from '../entities/deliveries/endpoint-rest.repository.js';

/** Requests to one host at once. */
const AT_ONCE = 8;
/** What a sender gets before anything was answered, and whenever something was not. */
const OF_SENDER = 64;
/** What the quick ones get; a sender only while no other is served. */
const MOST_UNDER_WAY = 256;
/** An answer within is quick; what waited longer for its turn waits behind too many. */
const QUICK_MS = 250;
/** Between two claims: somebody else's may be due meanwhile. */
const MOST_WAIT_MS = 40;
/** Hosts and senders that are remembered while nothing of theirs is under way. */
const MOST_REMEMBERED = 1000;

/** How many may be under way: more with each quick answer, and what it began with after any other. */
class Window {
  underWay = 0;
  #size: number;

  constructor(private readonly least: number) {
    this.#size = least;
  }

  room(most = MOST_UNDER_WAY): number {
    return Math.max(0, Math.min(most, this.#size) - this.underWay);
  }

  answered(quickly: boolean): void {
    this.#size = quickly ? Math.min(MOST_UNDER_WAY, this.#size + 2) : this.least;
  }

  /** More than its answer adds: what waits for long was decided too early, and is decided once more. */
  waitedLong(): void {
    this.#size = Math.max(this.least, this.#size - 3);
  }
}

class Host extends Window {
  sending = 0;
  readonly waiting: (() => void)[] = [];
  troubledAt = -Infinity;
}

type Paced = { id: string; host: string; senderId: string; target: string };

export interface PacedAnswer {
  /** Whether the receiver's machine is well. */
  ok: boolean;
  latencyMs: number;
}

export class HostPace {
  readonly #hosts = new Map<string, Host>();
  readonly #senders = new Map<string, Window>();
  readonly #underWay = new Map<string, Paced>();
  readonly #recentCallers: RecentCallers;
  #claimAt = -Infinity;

  constructor(private readonly clock: () => number = () => performance.now()) {
    this.#recentCallers = new RecentCallers(clock);
  }

  /** How much more each may get. */
  room(): Room {
    return {
      perHost: AT_ONCE,
      hosts: [...this.#hosts].map(([host, window]) => ({ host, room: window.room() })),
      perSender: OF_SENDER,
      senders: [...this.#senders].map(([senderId, window]) => ({
        senderId,
        room: window.room(this.#recentCallers.othersThan(senderId) ? OF_SENDER : MOST_UNDER_WAY),
        underWay: window.underWay,
      })),
      busy: [...this.#underWay.values()].map(({ senderId, target }) => ({ senderId, endpoint: endpointOf(target) })),
    };
  }

  /** While others are under way claims take a quarter of the time: what ends meanwhile makes room for the next together. */
  async untilClaim(): Promise<void> {
    if (this.#underWay.size > 0) await sleep(Math.max(0, this.#claimAt - this.clock()));
  }

  claimed(tookMs: number): void {
    this.#claimAt = this.clock() + Math.min(MOST_WAIT_MS, 3 * tookMs);
  }

  started(delivery: Paced): void {
    this.#recentCallers.note(delivery.senderId);
    this.#hostOf(delivery.host).underWay += 1;
    this.#senderOf(delivery.senderId).underWay += 1;
    this.#underWay.set(delivery.id, delivery);
  }

  ended({ id, host, senderId }: Paced): void {
    this.#underWay.delete(id);
    this.#hostOf(host).underWay -= 1;
    this.#senderOf(senderId).underWay -= 1;
    forgetIdle(this.#hosts);
    forgetIdle(this.#senders);
  }

  /**
   * Sends when it is its host's turn. Undefined where the host failed while this one waited: whoever is in trouble holds no
   * places.
   */
  async inTurn<T>(name: string, send: () => Promise<T>): Promise<T | undefined> {
    const host = this.#hostOf(name);
    const since = this.clock();
    if (host.sending >= AT_ONCE) await new Promise<void>((resolve) => void host.waiting.push(resolve));
    else host.sending += 1;
    if (this.clock() - since > QUICK_MS) host.waitedLong();
    try {
      return host.troubledAt > since ? undefined : await send();
    } finally {
      const next = host.waiting.shift();
      // The place goes on to the next.
      if (next === undefined) host.sending -= 1;
      else next();
    }
  }

  answered({ host: name, senderId }: Pick<Paced, 'host' | 'senderId'>, { ok, latencyMs }: PacedAnswer): void {
    const host = this.#hostOf(name);
    if (!ok) host.troubledAt = this.clock();
    const quickly = ok && latencyMs < QUICK_MS;
    host.answered(quickly);
    this.#senderOf(senderId).answered(quickly);
  }

  #hostOf(name: string): Host {
    const host = this.#hosts.get(name) ?? new Host(AT_ONCE);
    this.#hosts.set(name, host);
    return host;
  }

  #senderOf(senderId: string): Window {
    const sender = this.#senders.get(senderId) ?? new Window(OF_SENDER);
    this.#senders.set(senderId, sender);
    return sender;
  }
}

function forgetIdle(windows: Map<string, Window>): void {
  if (windows.size <= MOST_REMEMBERED) return;
  for (const [name, { underWay }] of windows) if (underWay === 0) windows.delete(name);
}
