/** Requests counted, timed and traced by registry, operation and status; labels come from our own tables, never from a caller. */
import type { RequestListener } from 'node:http';
import { registryOf } from '../dci-rest/send.js';
import { ENDPOINTS } from '../messages/endpoints.js';
import { SHORT_ENDPOINTS } from '../messages/short-form/short-endpoints.js';
import { hopOf, onHop } from '../platform/hop.js';
import type { Metrics } from '../platform/metrics.js';
import type { Tracer } from '../platform/tracer.js';
import type { Registries } from '../protocol/registries/registries.js';

/** As nginx has it: the caller closed the connection before the answer. */
const LEFT = '499';

const OTHERS: Record<string, string> = {
  '/graphql': 'GRAPHQL',
  '/oauth2/token': 'TOKEN',
  '/oauth2/client/token': 'TOKEN',
  '/.well-known/jwks.json': 'JWKS',
};

interface Labels {
  registry: string;
  operation: string;
}

/** Does `serve` on the hop that the caller named, and answers with its id. */
export function measureRequests(
  { metrics, registries, tracer }: { metrics: Metrics; registries: Registries; tracer: Tracer },
  serve: RequestListener,
): RequestListener {
  const names = ['registry', 'operation', 'status'] as const;
  const requests = metrics.counter(
    'dci_requests_total',
    'HTTP requests, by what they asked for and their status.',
    names,
  );
  const seconds = metrics.histogram('dci_request_seconds', 'Time from a request to the end of its answer.', names);
  const byPath = labelsByPath(registries);
  return (request, response) => {
    const { url = '', method = '', headers } = request;
    const started = performance.now();
    const labels = byPath.get(url) ?? byPath.get(url.split('?', 1)[0] ?? '') ?? OTHER;
    const hop = hopOf(headers);
    response.setHeader('X-Request-Id', hop.requestId);
    const attributes = { 'http.request.method': method, 'dci.operation': labels.operation };
    const name = `${labels.operation} ${labels.registry}`.trim();
    // Probes and files are no work.
    const span = labels === OTHER ? undefined : tracer.begin({ name, kind: 'SERVER', attributes }, hop);
    response.once('close', () => {
      const registry = labels.registry || registryOf(response);
      const { statusCode } = response;
      span?.end({ 'dci.registry': registry, 'http.response.status_code': statusCode }, statusCode >= 500);
      // Who waited too long and left would be missed just where everything is slow.
      const measured = { ...labels, registry, status: response.writableFinished ? String(statusCode) : LEFT };
      requests.inc(measured);
      seconds.observe(measured, (performance.now() - started) / 1000);
    });
    onHop(span?.hop ?? hop, () => serve(request, response));
  };
}

const OTHER: Labels = { registry: '', operation: 'OTHER' };

function labelsByPath(registries: Registries): Map<string, Labels> {
  const standard = registries.all.flatMap(({ paths, registry }) =>
    ENDPOINTS.flatMap(({ path, kind }) =>
      paths.map((name): [string, Labels] => [
        `/dci/v1/${name}/registry${path}`,
        { registry, operation: kind.operation },
      ]),
    ),
  );
  const short = SHORT_ENDPOINTS.map(({ path, operation }): [string, Labels] => [
    `/dci/v1${path}`,
    { registry: '', operation },
  ]);
  const others = Object.entries(OTHERS).map(([path, operation]): [string, Labels] => [
    path,
    { registry: '', operation },
  ]);
  return new Map([...standard, ...short, ...others]);
}
