/** GraphQL operations counted and timed by the first field they ask of the schema: names that callers choose are no labels. */
import type { ApolloServerPlugin } from '@apollo/server';
import { Kind, type OperationDefinitionNode } from 'graphql';
import type { Metrics } from '../platform/metrics.js';
import type { Context } from './context.js';

/** Faults of ours; every other error is something that the caller may not, or did not say well. */
const OURS = new Set(['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'TIMEOUT']);

export function measureOperations(metrics: Metrics): ApolloServerPlugin<Context> {
  const operations = metrics.counter(
    'dci_graphql_operations_total',
    'GraphQL operations over HTTP, by their first field and what came of them.',
    ['type', 'field', 'outcome'],
  );
  const seconds = metrics.histogram('dci_graphql_seconds', 'How long they took.', ['type', 'field']);
  return {
    requestDidStart: async () => {
      const started = performance.now();
      // Until it is known to fit the schema it has no name.
      let asked = { type: '', field: '' };
      return {
        didResolveOperation: async ({ operation }) => {
          if (operation != null) asked = { type: operation.operation, field: firstField(operation) };
        },
        willSendResponse: async ({ response: { body } }) => {
          const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
          operations.inc({ ...asked, outcome: outcomeOf(errors) });
          seconds.observe(asked, (performance.now() - started) / 1000);
        },
      };
    },
  };
}

function outcomeOf(errors: readonly { extensions?: Record<string, unknown> }[]): string {
  if (errors.length === 0) return 'answered';
  return errors.some(({ extensions }) => OURS.has(String(extensions?.['code']))) ? 'failed' : 'refused';
}

function firstField({ selectionSet }: OperationDefinitionNode): string {
  const [first] = selectionSet.selections;
  return first?.kind === Kind.FIELD ? first.name.value : 'fragment';
}
