/** Requests over a window of time, in equal steps of whole minutes, those without traffic included. */
import type { Sql } from '../../entities/database/database.js';
import { traceSenders, traceTraffic, type TrafficStep } from '../../entities/overview/traffic.repository.js';
import type { TrafficPoint } from './overview.types.js';
import { NO_TRAFFIC, trafficOf } from './traffic-of.js';

const MINUTE_MS = 60_000;

export interface Window {
  /** Begin of the minute in which the window would begin: the counters are of whole minutes. */
  from: Date;
  until: Date;
}

export const windowUntil = (until: Date, seconds: number): Window => ({
  from: new Date(Math.floor((until.getTime() - seconds * 1000) / MINUTE_MS) * MINUTE_MS),
  until,
});

/** In at most `points` steps. */
export async function timelineOf(sql: Sql, window: Window, points: number): Promise<TrafficPoint[]> {
  const stepMs = stepOf(window, points);
  return pointsOf(window, stepMs, await traceTraffic(sql, 'REQUEST', window.from, window.until, stepMs / 1000));
}

/** The same of each of these senders, in one statement. */
export async function timelinesOf(
  sql: Sql,
  senderIds: readonly string[],
  window: Window,
  points: number,
): Promise<TrafficPoint[][]> {
  const stepMs = stepOf(window, points);
  const steps = await traceSenders(sql, senderIds, window.from, window.until, stepMs / 1000);
  const bySender = Map.groupBy(steps, ({ senderId }) => senderId);
  return senderIds.map((senderId) => pointsOf(window, stepMs, bySender.get(senderId) ?? []));
}

const spanOf = ({ from, until }: Window): number => until.getTime() - from.getTime();

const stepOf = (window: Window, points: number): number =>
  Math.max(1, Math.ceil(spanOf(window) / MINUTE_MS / points)) * MINUTE_MS;

function pointsOf(window: Window, stepMs: number, steps: TrafficStep[]): TrafficPoint[] {
  const counts = new Map(steps.map((step) => [step.at.getTime(), step]));
  return Array.from({ length: Math.ceil(spanOf(window) / stepMs) }, (_, index) => {
    const at = new Date(window.from.getTime() + index * stepMs);
    const end = Math.min(at.getTime() + stepMs, window.until.getTime());
    return { at, traffic: trafficOf(counts.get(at.getTime()) ?? NO_TRAFFIC, (end - at.getTime()) / 1000) };
  });
}
