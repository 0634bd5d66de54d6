import { makeOperation, mapExchange, type Exchange, type Operation } from 'urql';

/**
 * What was being read while a change was on its way may not show it, and urql drops the request that would: it is read
 * again as soon as it has come. So is, behind a change, what could not be read, of which urql's cache knows nothing.
 */
export const readAgain: Exchange = (input) => {
  let changes = 0;
  const changesBefore = new Map<number, number>();
  const failed = new Map<number, Operation>();
  const read = (operation: Operation): void =>
    input.client.reexecuteOperation(
      makeOperation('query', operation, { ...operation.context, requestPolicy: 'network-only' }),
    );
  return mapExchange({
    onOperation: ({ kind, key }) => {
      if (kind === 'query') changesBefore.set(key, changes);
      if (kind === 'teardown') for (const known of [changesBefore, failed]) known.delete(key);
    },
    onResult: ({ operation, error }) => {
      const { kind, key } = operation;
      if (kind === 'mutation') {
        changes += 1;
        for (const one of failed.values()) read(one);
      }
      if (kind !== 'query') return;
      if (error === undefined) failed.delete(key);
      else failed.set(key, operation);
      if ((changesBefore.get(key) ?? changes) < changes) read(operation);
    },
  })(input);
};
