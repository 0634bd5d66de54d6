/** A call that did not succeed, in the words of the other side. */
export interface Refusal {
  /** Of HTTP; 0 where no answer was the matter. */
  status: number;
  message: string;
  /** `err.…`, or `rjct.…` of a message that was refused as a whole; of the connection where nobody answered. */
  code?: string;
  /** To quote when asking the other side. */
  errorId?: string;
  /** Seconds. */
  retryAfter?: number;
}

export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly status: number;
  readonly code: string | undefined;
  readonly errorId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor({ status, message, code, errorId, retryAfter }: Refusal, options?: ErrorOptions) {
    super(
      `${code === undefined ? '' : `${code}: `}${message}${errorId === undefined ? '' : ` (error id ${errorId})`}`,
      options,
    );
    this.status = status;
    this.code = code;
    this.errorId = errorId;
    this.retryAfter = retryAfter;
  }
}

/** Reads either shape of error (protocol 2.7), and OAuth2's. */
export function readRefusal(status: number, body: unknown, retryAfter: string | null): CallRefused {
  const { message, errors, error, error_description: description, error_id: errorId } = Object(body);
  const first: unknown = Object(message).error ?? Object(errors)[0];
  const code: unknown = Object(first).code ?? error;
  const text: unknown = Object(first).message ?? description;
  const seconds = Number(retryAfter ?? Number.NaN);
  return new CallRefused({
    status,
    message: typeof text === 'string' ? text : `the answer has status ${status}`,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof errorId === 'string' ? { errorId } : {}),
    ...(Number.isNaN(seconds) ? {} : { retryAfter: seconds }),
  });
}
