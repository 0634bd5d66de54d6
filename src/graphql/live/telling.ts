/** One change as readers that share are told it: loaded once, rendered once, gone when the last of them has taken it. */
import type { ExecutionResult } from 'graphql';
import type { Loaders } from '../loaders.js';
import type { LiveEvent } from './tail-cursor.js';

/** Of a reader that shares. */
export interface Sharing {
  key: string;
  /** Sends a payload to this reader; what it gives is settled when there is room for more. */
  send: (payload: string) => Promise<void> | undefined;
  toText: (result: ExecutionResult) => string;
}

/** `undefined` where the row is gone, or the filter of these readers does not let it through. */
export type Told = Promise<Telling | undefined>;

export class Telling {
  #text: Promise<string> | undefined;

  constructor(
    readonly root: object,
    /** Those that loaded the row: what it stands with is loaded together with that of its neighbours. */
    readonly loaders: Loaders,
  ) {}

  text(render: (telling: Telling) => Promise<string>): Promise<string> {
    return (this.#text ??= render(this));
  }
}

/** By event and by what readers share: no longer kept than the event itself. */
const told = new WeakMap<LiveEvent, Map<string, Told>>();

/** What the first reader of `key` made of an event, and makes it where this is the first. */
export function toldOnce(event: LiveEvent, key: string, tell: () => Told): Told {
  let ofEvent = told.get(event);
  if (ofEvent === undefined) told.set(event, (ofEvent = new Map()));
  let made = ofEvent.get(key);
  if (made === undefined) ofEvent.set(key, (made = tell()));
  return made;
}
