import { makeOperation, mapExchange, type Exchange } from 'urql';

/**
 * What was being read while a change was on its way may not show it, and urql drops the request that would: it is read
 * again as soon as it has come.
 */
export const readAgain: Exchange = (input) => {
  let changes = 0;
  const changesBefore = new Map<number, number>();
  return mapExchange({
    onOperation: ({ kind, key }) => {
      if (kind === 'query') changesBefore.set(key, changes);
      if (kind === 'teardown') changesBefore.delete(key);
    },
    onResult: ({ operation }) => {
      const { kind, key, context } = operation;
      if (kind === 'mutation') changes += 1;
      if (kind === 'query' && (changesBefore.get(key) ?? changes) < changes)
        input.client.reexecuteOperation(makeOperation(kind, operation, { ...context, requestPolicy: 'network-only' }));
    },
  })(input);
};
