import { createMetrics } from '../../src/platform/metrics.js';

test('two applications in one process count apart', async () => {
  const [one, two] = [createMetrics(), createMetrics()];
  one.counter('requests_total', 'Requests.', ['status']).inc({ status: '200' });
  two.counter('requests_total', 'Requests.', ['status']);
  one.gauge('queue_depth', 'Waiting.', [], (gauge) => gauge.set(3));
  one.histogram('request_seconds', 'Latency.').observe(0.004);
  const page = await one.expose();
  expect(page.contentType).toContain('text/plain');
  expect(page.body).toContain('requests_total{status="200"} 1');
  expect(page.body).toContain('queue_depth 3');
  expect(page.body).toContain('request_seconds_bucket{le="0.005"} 1');
  expect((await two.expose()).body).not.toContain('status="200"');
});
