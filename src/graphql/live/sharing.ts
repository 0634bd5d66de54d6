/**
 * Which live subscriptions may share one rendering of a change: those of the same text, operation and variables, whose
 * readers have the same role. What an administrator reads of persons leaves a row of that very reader, so a document
 * that selects such a field is rendered for each.
 */
import { createHash } from 'node:crypto';
import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import type { Principal } from '../../access/principal.js';
import { PERSON_FIELDS } from '../person-fields.js';

export interface LiveOperation {
  document: DocumentNode;
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** What all who share have in common; undefined where each reader is told by itself. */
export function sharingKey(schema: GraphQLSchema, operation: LiveOperation, principal: Principal): string | undefined {
  const { document, query, operationName, variables } = operation;
  const isLive = getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
  if (!isLive || principal.kind !== 'admin' || readsPersons(schema, document)) return undefined;
  const place = placeVariable(document);
  const given = Object.entries(variables ?? {}).filter(([name]) => name !== place);
  return createHash('sha256')
    .update(JSON.stringify([principal.role, query, operationName ?? null, given]))
    .digest('base64');
}

function readsPersons(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const Field = (): void => {
    found ||= Object.hasOwn(PERSON_FIELDS, `${types.getParentType()?.name}.${types.getFieldDef()?.name}`);
  };
  visit(document, visitWithTypeInfo(types, { Field }));
  return found;
}

/** The variable that says where a reader begins, and nothing else: readers differ in it before they have caught up. */
function placeVariable(document: DocumentNode): string | undefined {
  const uses: string[] = [];
  let place: string | undefined;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void uses.push(name.value),
    Argument: ({ name, value }) => {
      if (name.value === 'after' && value.kind === Kind.VARIABLE) place = value.name.value;
    },
  });
  return uses.filter((name) => name === place).length === 1 ? place : undefined;
}
