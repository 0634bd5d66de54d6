import { DomainError } from '../../use-cases/errors.js';
import { asGraphqlError } from '../errors.js';

/**
 * An async generator that can be ended while it waits. `return()` of a plain one is queued behind the pending `next()`,
 * so a reader that left would be kept until the next event.
 */
export function abortable<T>(run: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>): AsyncGenerator<T> {
  const controller = new AbortController();
  const inner = run(controller.signal);
  const outer: AsyncGenerator<T> = {
    // graphql-js takes what ends a stream as it was thrown.
    next: () => inner.next().catch(asTold),
    return: () => {
      controller.abort();
      return inner.return();
    },
    throw: (error: unknown) => {
      controller.abort();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]: () => outer,
    [Symbol.asyncDispose]: async () => void (await outer.return(undefined)),
  };
  return outer;
}

function asTold(error: unknown): never {
  throw error instanceof DomainError ? asGraphqlError(error) : error;
}
