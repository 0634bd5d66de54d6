/**
 * A gateway that is asked anything at all. What holds of every answer: no fault of ours, soon, in a form that the served
 * OpenAPI document has for that path and status, nothing of our inside, and one transaction row.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { seedRecords } from '../../src/server/prepare.js';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { demoRecords } from '../../src/sources/demo-data.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';

const MOST_MS = 10_000;
const INSIDE =
  /\bat \S+ \(|\.(js|ts):\d+|node_modules|\bselect\b.*\bfrom\b|\binsert into\b|invalid input syntax|violates|TypeError|ReferenceError|Cannot read prop|is not a function/i;

/** A failure prints the seed and path that bring it again. */
export const expectAlways = <Input>(property: fc.IAsyncProperty<Input>, numRuns: number): Promise<void> =>
  fc.assert(property, { numRuns });

export interface DocumentedOperation {
  requestBody: { content: Record<string, { example?: JsonObject }> };
  responses: Record<string, DocumentedResponse>;
}

interface DocumentedResponse {
  $ref?: string;
  content?: Record<string, { schema: object }>;
}

export interface Seen {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- of any form
  body: any;
}

type Rows = (seen: Seen) => number;

export interface FuzzedGateway {
  gateway: TestGateway;
  /** A sandbox sender with all agreements, whose messages may be unsigned and as many as it likes. */
  partner: Partner;
  operations: Record<string, { post?: DocumentedOperation }>;
  /** Posts, and judges the answer by the document; `rows` tells how many transactions the call must have left. */
  post(path: string, init: RequestInit, rows?: Rows): Promise<Seen>;
  /** Posts JSON with the partner's token. */
  postJson(path: string, body: unknown, rows?: Rows): Promise<Seen>;
}

export async function openFuzzedGateway(): Promise<FuzzedGateway> {
  const gateway = await startTestGateway({
    // No worker: what is accepted is counted, not worked on.
    env: { ROLE: 'api', ADDRESS_LIMIT_PER_MINUTE: '1000000', VERIFY_LIMIT_PER_HOUR: '1000000' },
  });
  await seedRecords(gateway.database, demoRecords(50));
  const partner = await createPartner(gateway, {
    senderId: 'demo-partner',
    sender: { sandbox: true, signaturePolicy: 'OPTIONAL', rateLimitPerMinute: 1_000_000 },
    agreements: ['SOCIAL', 'CRVS', 'DR', 'FR', 'IBR', 'ESS'].map((registry) => ({ registry })),
  });
  const document = await (await fetch(`${gateway.url}/dci/v1/openapi.json`)).json();
  const { paths } = document as { paths: FuzzedGateway['operations'] };
  const judge = createJudge(document as object);
  const rows = async () => {
    const [row] = await gateway.database.query<{ count: number }>('select count(*)::int as count from transaction');
    return row?.count ?? 0;
  };
  const post: FuzzedGateway['post'] = async (path, init, expected = () => 1) => {
    const before = await rows();
    const started = performance.now();
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      signal: AbortSignal.timeout(2 * MOST_MS),
      ...init,
    });
    const text = await response.text();
    const { status } = response;
    expect(performance.now() - started).toBeLessThan(MOST_MS);
    expect({ status, text }).toEqual({ status, text: expect.not.stringMatching(INSIDE) });
    expect(status).toBeLessThan(500);
    const body: unknown = JSON.parse(text);
    const left = (await rows()) - before;
    expect({ path, status, body, problems: judge(path, response, body) }).toMatchObject({ problems: 'none' });
    expect({ path, status, body, left }).toMatchObject({ left: expected({ status, body }) });
    return { status, body };
  };
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${partner.token}` };
  const postJson: FuzzedGateway['postJson'] = (path, body, expected) =>
    post(path, { headers, body: typeof body === 'string' ? body : JSON.stringify(body) }, expected);
  return { gateway, partner, operations: paths, post, postJson };
}

/** GraphQL over HTTP, which has a document of its own kind: data, errors, or both, each error with a code that is no fault. */
const GRAPHQL_ANSWER = {
  type: 'object',
  anyOf: [{ required: ['data'] }, { required: ['errors'] }],
  properties: {
    data: { type: ['object', 'null'] },
    errors: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['message', 'extensions'],
        properties: {
          message: { type: 'string' },
          extensions: {
            type: 'object',
            required: ['code'],
            properties: { code: { type: 'string', not: { const: 'INTERNAL_SERVER_ERROR' } } },
          },
        },
      },
    },
  },
  additionalProperties: false,
};

/** What the document has against a response. */
function createJudge(document: object) {
  const { components } = document as { components: { responses: Record<string, DocumentedResponse> } };
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'document', ...document });
  const { paths } = document as { paths: FuzzedGateway['operations'] };
  const escape = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
  return (path: string, { status, headers }: Response, body: unknown): string => {
    if (path === '/graphql') return ajv.validate(GRAPHQL_ANSWER, body) ? 'none' : ajv.errorsText();
    const [type = ''] = (headers.get('content-type') ?? '').split(';');
    const { $ref, ...inPlace } = paths[path]?.post?.responses[status] ?? {};
    // Refusals stand once among the components.
    const shared = $ref?.split('/').at(-1);
    const content = shared === undefined ? inPlace.content : components.responses[shared]?.content;
    if (content === undefined) return `status ${status} is not documented`;
    if (content[type] === undefined) return `type ${type} is not documented`;
    const place =
      shared === undefined ? ['paths', path, 'post', 'responses', String(status)] : ['components', 'responses', shared];
    const schema = [...place, 'content', type, 'schema'].map(escape).join('/');
    return ajv.validate({ $ref: `document#/${schema}` }, body) ? 'none' : ajv.errorsText();
  };
}
