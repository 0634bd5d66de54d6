/** A failed request as the reader is told of it: a kind we have words for, and what the gateway said. */
import { CombinedError } from 'urql';
import { translations } from '../i18n/i18n.js';
import { SILENCE } from '../session/patience.js';
import { said } from './said.js';

const KINDS = ['FORBIDDEN', 'BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT', 'UNAUTHENTICATED'] as const;
export type ProblemCode = (typeof KINDS)[number] | 'OFFLINE' | 'UNREACHABLE' | 'SILENT' | 'FAILED' | 'OTHER';

export interface Problem {
  code: ProblemCode;
  message: string;
  /** The argument that it belongs to. */
  field?: string;
}

export function problemOf({ graphQLErrors, networkError, response, message }: CombinedError): Problem {
  const [first] = graphQLErrors;
  if (first === undefined)
    return networkError === undefined ? { code: 'OTHER', message } : withoutAnswer(response, networkError);
  const { code, field } = first.extensions;
  return {
    code: KINDS.find((kind) => kind === code) ?? 'OTHER',
    message: said(first.message),
    ...(typeof field === 'string' ? { field } : {}),
  };
}

/** The same of anything thrown. */
export const whatFailed = (error: unknown): Problem =>
  error instanceof CombinedError
    ? problemOf(error)
    : isOfLine(error)
      ? withoutAnswer(undefined)
      : { code: 'OTHER', message: error instanceof Error ? error.message : translations.t('problem.OTHER') };

/** A request, or the body of its answer, that broke off: each browser has English words of its own for it. */
const isOfLine = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof DOMException && error.name === 'NetworkError');

/** No line, no gateway, or something between us that answered in its place: three different people mend them. */
function withoutAnswer(response: unknown, error?: Error): Problem {
  if (response instanceof Response)
    return { code: 'FAILED', message: translations.t('problem.failedHint', { status: response.status }) };
  if (error?.name === SILENCE) return { code: 'SILENT', message: translations.t('problem.silentHint') };
  return navigator.onLine
    ? { code: 'UNREACHABLE', message: translations.t('problem.unreachableHint') }
    : { code: 'OFFLINE', message: translations.t('problem.offlineHint') };
}
