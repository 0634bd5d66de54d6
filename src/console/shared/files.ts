/** `/files`: what is too large for GraphQL, with the same token. */
import { translations } from '../i18n/i18n.js';
import { asReader } from '../session/as-reader.js';
import { isObject } from './json-object.js';
import { said } from './said.js';
import { saveFile } from './save-file.js';

interface FileRequest {
  method: 'POST' | 'PUT';
  type?: string;
  body: BodyInit;
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

/** @throws Error as `askFiles` */
export async function downloadFile(name: string, path: string, question: object): Promise<void> {
  const answer = await askFiles(path, { method: 'POST', type: 'application/json', body: JSON.stringify(question) });
  saveFile(name, await answer.blob());
}
