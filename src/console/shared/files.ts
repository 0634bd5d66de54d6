/** `/files`: what is too large for GraphQL, with the same token. */
import { translations } from '../i18n/i18n.js';
import { asReader } from '../session/as-reader.js';
import { isObject } from './json-object.js';
import type { Making } from './making-file.js';
import { rowCounter } from './row-counter.js';
import { said } from './said.js';
import { saveFile } from './save-file.js';

interface FileRequest {
  method: 'POST' | 'PUT';
  type?: string;
  body: BodyInit;
  signal?: AbortSignal;
}

/** @throws Error in the gateway's words where it is refused */
export async function askFiles(path: string, { type, ...request }: FileRequest): Promise<Response> {
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  const answer = await asReader(`/files/${path}`, { ...request, headers });
  if (answer.ok) return answer;
  const told: unknown = await answer.json().catch(() => undefined);
  const [first] = isObject(told) && Array.isArray(told['errors']) ? told['errors'] : [];
  const message = isObject(first) && typeof first['message'] === 'string' ? said(first['message']) : undefined;
  throw new Error(message ?? translations.t('problem.failedHint', { status: answer.status }));
}

interface Download extends Making {
  /** Of the file. */
  name: string;
  path: string;
  question: object;
  /** Told when the gateway has not refused it. */
  onBegun?: () => void;
}

/** @throws Error as `askFiles` */
export async function downloadFile({ name, path, question, signal, onRows, onBegun }: Download): Promise<void> {
  const body = JSON.stringify(question);
  const answer = await askFiles(path, { method: 'POST', type: 'application/json', body, signal });
  onBegun?.();
  saveFile(name, await contentOf(answer, onRows));
}

/** In pieces, which the browser may keep on its disk: a registry can be larger than the memory of a tab. */
async function contentOf({ body, headers }: Response, onRows: Making['onRows']): Promise<Blob> {
  const type = headers.get('content-type') ?? '';
  const rowsWith = rowCounter(type);
  const pieces: Blob[] = [];
  const reader = body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    pieces.push(new Blob([read.value]));
    onRows(rowsWith(read.value));
  }
  return new Blob(pieces, { type });
}
