/** Repeatable chance: the same seed gives the same draws on every machine (mulberry32, public domain). */
export interface Chance {
  /** At least `from`, at most `to`. */
  whole(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
  /** True in so many of a hundred draws. */
  percent(share: number): boolean;
}

export function chanceOf(seed: number): Chance {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    whole,
    pick: (list) => list[whole(0, list.length - 1)]!,
    percent: (share) => next() * 100 < share,
  };
}
