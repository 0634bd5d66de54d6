/** `/healthz` (alive) and `/readyz` (able to serve: database and key). */
import { Router, type Response } from 'express';
import type { FacadeServices } from './dci-rest/services.js';

export function operationsRouter({ database, keyRing, log }: FacadeServices): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const checks = { database: () => database.query('select 1'), key: () => keyRing.signingKey() };
    const results: Record<string, string> = {};
    for (const [name, check] of Object.entries(checks))
      results[name] = await check().then(
        () => 'ok',
        (error: unknown) => {
          log.warn({ check: name, err: error }, 'not ready');
          return 'failed';
        },
      );
    answer(response, results);
  });
  return router;
}

function answer(response: Response, checks: Record<string, string>): void {
  const ready = Object.values(checks).every((result) => result === 'ok');
  response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks });
}
