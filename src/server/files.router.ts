/** `/files`: what is too large for a GraphQL answer or argument. For administrators, by the same token as `/graphql`. */
import express, { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { callerOf } from '../access/admission.js';
import type { Admin, Principal } from '../access/principal.js';
import type { FacadeServices } from '../dci-rest/services.js';
import { onceClosed } from '../platform/once-closed.js';
import { isObject } from '../platform/plain-object.js';
import { isWholeText } from '../protocol/text.js';
import type { Role } from '../protocol/vocabulary.js';
import { forbidden, invalid, unauthenticated } from '../use-cases/errors.js';
import { REPORT_FORMATS, reportFile, type ReportFormat } from '../use-cases/access/report-file.js';
import { exportRecords, type ExportedPage } from '../use-cases/exports/export-records.js';
import { EXPORT_FORMATS, type ExportQuestion } from '../use-cases/exports/export.types.js';
import { refusedRows } from '../use-cases/imports/refused-rows.js';
import { receiveFile } from '../use-cases/imports/staged-file.js';

/** Of an `Authorization` header. */
export type AdminOf = (authorization: string | undefined) => Promise<Principal>;

/** A whole registry is more than a page of it. */
const ADMINS: Role[] = ['ADMIN'];
const RUNNERS: Role[] = [...ADMINS, 'OPERATOR'];
const AUDITORS: Role[] = [...ADMINS, 'AUDITOR'];

export function filesRouter(services: FacadeServices, adminOf: AdminOf): Router {
  const router = Router();
  const enter = async (request: Request, response: Response): Promise<void> =>
    onceClosed(response, await services.admission.enter(callerOf(request.headers, request.ip)));
  const required = async (request: Request, roles: Role[]): Promise<Admin> => {
    const principal = await adminOf(request.headers.authorization);
    if (principal.kind !== 'admin')
      throw unauthenticated('sign in as an administrator: send Authorization: Bearer <token>');
    if (!roles.includes(principal.role)) throw forbidden(`this needs one of the roles ${roles.join(', ')}`);
    return principal;
  };
  router.put('/imports/:id/content', async (request, response) => {
    await enter(request, response);
    await required(request, RUNNERS);
    const bytes = await receiveFile(services, idOf(request), fromOf(request), request);
    response.set('Cache-Control', 'no-store').json({ bytes });
  });
  router.post('/imports/:id/refused', express.json(), async (request, response) => {
    const admin = await required(request, RUNNERS);
    const { reason } = readBody(explained, request.body);
    const rows = await refusedRows(services, admin, idOf(request), reason);
    await send(response, 'application/x-ndjson', 'refused.ndjson', rows);
  });
  router.post('/exports', express.json(), async (request, response) => {
    const admin = await required(request, ADMINS);
    const question = readBody(exported, request.body);
    await enter(request, response);
    const pages = await exportRecords(services, admin, question);
    await send(
      response,
      TYPES[question.format],
      `${question.registry.toLowerCase()}.${question.format}`,
      textsOf(pages),
    );
  });
  router.post('/access-reports', express.json(), async (request, response) => {
    const admin = await required(request, AUDITORS);
    const question = readBody(reported, request.body);
    await enter(request, response);
    const file = await reportFile(services, admin, question);
    await send(response, REPORT_TYPES[question.format], `access-report.${question.format}`, Readable.from([file]));
  });
  return router;
}

/** What has begun to leave is only cut off. */
async function send(
  response: Response,
  type: string,
  name: string,
  content: AsyncIterable<Buffer | string>,
): Promise<void> {
  response.set({
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  });
  await pipeline(content, response);
}

async function* textsOf(pages: AsyncIterable<ExportedPage>): AsyncGenerator<string> {
  for await (const { text } of pages) yield text;
}

const TYPES: Record<ExportQuestion['format'], string> = { csv: 'text/csv', ndjson: 'application/x-ndjson' };
const REPORT_TYPES: Record<ReportFormat, string> = { csv: 'text/csv', json: 'application/json' };

const LONGEST: [number, string] = [1000, 'at most 1000 characters: shorten it'];
const WHOLE = 'holds a NUL or U+FFFD character or half a surrogate pair, which cannot be stored: leave it out';
const text = z
  .string('must be text')
  .trim()
  .min(1, 'must not be empty')
  .max(...LONGEST)
  .refine(isWholeText, WHOLE);
const why = z
  .string({ error: 'say why you need to see personal data; it is recorded' })
  .max(...LONGEST)
  .refine(isWholeText, WHOLE);
const formatOf = <const Format extends string>(formats: readonly Format[]) =>
  z.enum(formats, { error: `must be one of ${formats.join(', ')}` });

/** Not in the address, which proxies write down. */
const explained = z.strictObject({ reason: why });

const exported: z.ZodType<ExportQuestion> = z.strictObject({
  registry: text,
  recordType: text.optional(),
  format: formatOf(EXPORT_FORMATS),
  as: text.optional(),
  purpose: text.optional(),
  reason: why,
});

const reported = z.strictObject({
  registry: text.optional(),
  identifier: z.strictObject({ type: text, value: text }, 'must be an object with type and value'),
  format: formatOf(REPORT_FORMATS),
  reason: why,
});

function readBody<Question>(schema: z.ZodType<Question>, body: unknown): Question {
  if (!isObject(body)) throw invalid('body', 'send a JSON object, with Content-Type: application/json');
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalid(issue?.path.join('.') || 'body', issue?.message ?? 'must be a JSON object');
}

const idOf = ({ params: { id } }: Request): string => (typeof id === 'string' ? id : '');

/** What is here of it already. */
function fromOf({ query: { from = '0' } }: Request): number {
  const number = typeof from === 'string' && /^\d{1,15}$/.test(from) ? Number(from) : undefined;
  if (number === undefined) throw invalid('from', 'must be the number of bytes that were sent before');
  return number;
}
