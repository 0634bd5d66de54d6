/** `/healthz` (alive), `/readyz` (able to serve: a database that takes writes, job store and key) and `/metrics` (Prometheus). */
import { Router, type Response } from 'express';
import type { FacadeServices } from '../dci-rest/services.js';
import type { Metrics } from '../platform/metrics.js';
import { WriteCheck } from '../entities/database/write-check.js';
import { within } from '../platform/within.js';
import { standsStill } from '../use-cases/overview/job-health.js';
import { sourcesFreshness } from '../use-cases/sources/freshness.js';

const CHECK_MS = 2000;
/** Imports commit within less. */
const WAIT_SECONDS = 10;

export function operationsRouter(
  { database, keyRing, jobHealth, tail, clock, log }: FacadeServices,
  metrics: Metrics,
  maxSourceLagSeconds: number,
): Router {
  const router = Router();
  const writes = new WriteCheck(database);
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/metrics', async (_request, response) => {
    const { contentType, body } = await metrics.expose();
    response.type(contentType).send(body);
  });
  router.get('/readyz', async (_request, response) => {
    const checks: Record<string, () => Promise<unknown>> = {
      database: () => writes.confirm(),
      jobs: () => requireJobStore(jobHealth),
      key: () => keyRing.signingKey(),
    };
    const results: Record<string, string> = {};
    for (const [name, check] of Object.entries(checks))
      results[name] = await within(CHECK_MS, check()).then(
        () => 'ok',
        (error: unknown) => {
          log.warn({ check: name, err: error }, 'not ready');
          return 'failed';
        },
      );
    const sources = await within(CHECK_MS, sourcesFreshness(database, clock())).catch(() => []);
    // Only where the operator says so: another process would have the same copies.
    if (maxSourceLagSeconds > 0)
      results['sources'] = sources.every((one) => (one.lagSeconds ?? 0) <= maxSourceLagSeconds) ? 'ok' : 'failed';
    answer(response, results, {
      warnings: await waits(tail),
      sources: Object.fromEntries(sources.map(({ name, state, lagSeconds }) => [name, { state, lagSeconds }])),
    });
  });
  return router;
}

async function requireJobStore(jobHealth: FacadeServices['jobHealth']): Promise<void> {
  const { store, jobs } = await jobHealth();
  if (!store.up) throw new Error('the job store is away: requests are accepted, work waits in its rows');
  const late = jobs.filter((job) => standsStill(job)).map(({ name }) => name);
  if (late.length > 0) throw new Error(`jobs are set for too late, the clock was ahead: ${late.join(', ')}`);
}

/** What a process that serves all the same should not keep to itself: another process would wait likewise. */
async function waits(tail: FacadeServices['tail']): Promise<Record<string, string>> {
  const seconds = await within(CHECK_MS, tail.lagSeconds()).catch(() => 0);
  if (seconds < WAIT_SECONDS) return {};
  return { tail: `live changes and audit seals have waited ${Math.round(seconds)} s for an open transaction` };
}

function answer(response: Response, checks: Record<string, string>, more: Record<string, unknown>): void {
  const ready = Object.values(checks).every((result) => result === 'ok');
  response
    .status(ready ? 200 : 503)
    .set(ready ? {} : { 'Retry-After': '5' })
    .json({ status: ready ? 'ready' : 'not ready', checks, ...more });
}
