/** The self-test of a partner's endpoint: sends what a registry sends, and what it never would, and judges the answers. */
import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import type { ConformanceCase } from './conformance.cases.js';
import type { ConformanceKit, Post } from './conformance.kit.js';

/** As long as the gateway waits. */
const TIMEOUT_MS = 10_000;

export interface CaseResult {
  name: string;
  passed: boolean;
  /** Of HTTP, of the last request; 0 where there was no answer. */
  status: number;
  latencyMs: number;
  /** What was wrong and what to do about it. */
  problem?: string;
}

interface Answer {
  status: number;
  text: string;
  latencyMs: number;
}

/** One result per case, as they come. */
export async function* runConformance(kit: ConformanceKit, cases: ConformanceCase[]): AsyncGenerator<CaseResult> {
  for (const one of cases) yield judge(one, await answersTo(one, await one.requests(kit)));
}

async function answersTo({ together, pause }: ConformanceCase, posts: Post[]): Promise<Answer[]> {
  if (together) return Promise.all(posts.map((one) => post(one, pause)));
  const answers: Answer[] = [];
  for (const one of posts) answers.push(await post(one, pause));
  return answers;
}

function judge({ name, expects, remedy }: ConformanceCase, answers: Answer[]): CaseResult {
  const problems = answers.map((answer) => (expects === 'TAKEN' ? notTaken(answer) : notRefused(answer)));
  const problem = problems.find((text) => text !== undefined);
  const { status, latencyMs } = answers.at(problems.indexOf(problem)) ?? { status: 0, latencyMs: 0 };
  return {
    name,
    passed: problem === undefined,
    status,
    latencyMs,
    ...(problem === undefined ? {} : { problem: `${problem}: ${remedy}` }),
  };
}

/** As the gateway itself reads an answer: a duplicate is a delivered message. */
function notTaken({ status, text }: Answer): string | undefined {
  if (status === 0) return text;
  if (text.includes('rjct.message_id.duplicate')) return undefined;
  if (status < 200 || status > 299) return `answered ${status}`;
  return isError(text) ? `answered ${status} with ack_status ERR` : undefined;
}

function notRefused({ status, text }: Answer): string | undefined {
  if (status === 0) return text;
  if (status >= 500) return `answered ${status}`;
  return status >= 400 || isError(text) ? undefined : `answered ${status}, so it was taken`;
}

const isError = (text: string): boolean => /"ack_status"\s*:\s*"(ERR|NACK)"/.test(text);

/** No redirects, as the gateway follows none. */
async function post({ url, headers, body }: Post, pause = 0): Promise<Answer> {
  const started = performance.now();
  const answer = (status: number, text: string) => ({
    status,
    text,
    latencyMs: Math.round(performance.now() - started),
  });
  try {
    const open = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const length = String(body.length);
    const request = open(url, { method: 'POST', headers: { ...headers, 'content-length': length }, signal });
    const answered = answerOf(request);
    answered.catch(() => {}); // told below, after the pause
    request.write(body.subarray(0, body.length / 2));
    if (pause > 0) await sleep(pause);
    request.end(body.subarray(body.length / 2));
    const { status, text } = await answered;
    return answer(status, text);
  } catch (error) {
    const timedOut = Object(error).name === 'AbortError' || Object(error).name === 'TimeoutError';
    return answer(
      0,
      timedOut ? `no answer within ${TIMEOUT_MS / 1000} s` : `no connection (${String(Object(error).code)})`,
    );
  }
}

async function answerOf(request: ClientRequest): Promise<{ status: number; text: string }> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, text: (await buffer(response)).toString('utf8') };
}
