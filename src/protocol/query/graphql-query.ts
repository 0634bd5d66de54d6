/** Query type `graphql` (protocol 3.2): arguments of one root field become criteria, its selection the projection. */
import {
  getNamedType,
  GraphQLError,
  isLeafType,
  isObjectType,
  Kind,
  KnownArgumentNamesRule,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  validate,
  valueFromAST,
  ScalarLeafsRule,
  ValuesOfCorrectTypeRule,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  type ValidationContext,
} from 'graphql';
import { assertNothingBeside } from './beside.js';
import type { Criteria, Page } from './criteria.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../registries/definition.js';
import { comparison } from './comparison.js';
import { parseExpression } from './expression-query.js';
import { parseDocument } from './graphql-document.js';
import { projectionOf } from './graphql-projection.js';
import { querySchemaOf, rootField } from './graphql-schema.js';
import { inDictionaryNames } from './graphql-spellings.js';
import { parseIdentifier } from './identifier-query.js';
import { ofOneEntry } from './one-entry.js';
import { parsePage } from './parse-page.js';
import type { QueryOptions } from './parse-query.js';
import { QueryContext } from './query-context.js';
import { isObject } from '../../platform/plain-object.js';
import { criteriaInvalid, filterInvalid } from './query-rejection.js';

export interface GraphqlQuery {
  recordType: RecordTypeDefinition;
  criteria: Criteria;
  /** Canonical paths of what is selected, leaves and whole objects; applies after the agreement's clamp, never instead of it. */
  projection: string[];
  /** Present where `first` or `after` is given; wins over the envelope's pagination. */
  page?: Page;
}

/**
 * @param query the text, or the specification's object around it: `{type, value: {expression: text}}`
 * @throws ItemRejected `rjct.search_criteria.invalid` for text that is no such query, `rjct.filter.invalid` for an argument
 *   that is unknown or has a wrong value, `rjct.pagination.invalid`
 */
export function parseGraphqlQuery(
  query: unknown,
  definition: RegistryDefinition,
  { today = new Date().toISOString().slice(0, 10), eventType }: QueryOptions = {},
): GraphqlQuery {
  const schema = querySchemaOf(definition);
  const document = inDictionaryNames(parseDocument(textOf(query)), schema, definition);
  check(schema, document, SHAPE_RULES, criteriaInvalid);
  check(schema, document, [KnownArgumentNamesRule], filterInvalid);
  const { root, field, recordType } = rootOf(document, schema, definition);
  const type = getNamedType(field.type);
  if (!isObjectType(type) || !root.selectionSet)
    throw criteriaInvalid(`Field "${root.name.value}" must have a selection of subfields: at least one of the record`);
  const given = readArguments(root, field);
  return {
    recordType,
    criteria: criteriaOf(given, new QueryContext({ definition, recordType }, today, eventType)),
    projection: projectionOf(document, type, root.selectionSet),
    ...(('first' in given || 'after' in given) && { page: parsePage({ size: given.first, cursor: given.after }) }),
  };
}

type Rule = (context: ValidationContext) => ASTVisitor;

/** The specification's examples select whole objects (`name`, `birthPlace`); only a leaf takes no selection. */
const LeavesRule: Rule = (context) => ({
  Field: (node) => {
    const type = context.getType();
    if (type && node.selectionSet && isLeafType(getNamedType(type)))
      context.reportError(
        new GraphQLError(`Field "${node.name.value}" must not have a selection since it has no subfields.`),
      );
  },
});

// Wrong values are found by `readArguments`, whose words do not repeat them.
const REPLACED = new Set<unknown>([KnownArgumentNamesRule, ValuesOfCorrectTypeRule, ScalarLeafsRule]);
const SHAPE_RULES: Rule[] = [
  NoSchemaIntrospectionCustomRule,
  LeavesRule,
  ...specifiedRules.filter((rule) => !REPLACED.has(rule)),
];

function check(schema: GraphQLSchema, document: DocumentNode, rules: Rule[], refuse: (text: string) => Error): void {
  const errors = validate(schema, document, rules, { maxErrors: 3 });
  if (errors.length > 0) throw refuse(errors.map(({ message }) => message).join(' '));
}

function textOf(query: unknown): string {
  const value = isObject(query) ? query.value : query;
  const text = isObject(value) ? value.expression : value;
  if (typeof text === 'string') {
    assertNothingBeside(query, 'value');
    assertNothingBeside(value, 'expression');
    return text;
  }
  throw criteriaInvalid('a graphql query has the form {"type": "…", "value": {"expression": "query { … }"}}');
}

function rootOf(document: DocumentNode, schema: GraphQLSchema, definition: RegistryDefinition) {
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const selections = operation && 'selectionSet' in operation ? operation.selectionSet.selections : [];
  const [root] = selections;
  const name = selections.length === 1 && root?.kind === Kind.FIELD ? root.name.value : undefined;
  const field = schema.getQueryType()?.getFields()[name ?? ''];
  const recordType = definition.recordTypes.find((one) => rootField(one) === name);
  if (root?.kind === Kind.FIELD && field && recordType) return { root, field, recordType };
  throw criteriaInvalid(`a query has one root field, ${definition.recordTypes.map(rootField).join(' or ')}`);
}

function readArguments(root: FieldNode, field: GraphQLField<unknown, unknown>): Record<string, unknown> {
  const given = (root.arguments ?? []).map(({ name, value }) => {
    const type = field.args.find((argument) => argument.name === name.value)?.type;
    const read: unknown = type && valueFromAST(value, type);
    if (read === undefined || read === null)
      throw filterInvalid(`argument "${name.value}" takes a value of type ${String(type)}`);
    return [name.value, read];
  });
  return Object.fromEntries(given);
}

function criteriaOf(given: Record<string, unknown>, context: QueryContext): Criteria {
  const all = Object.entries(given).flatMap(([name, value]): Criteria[] => {
    if (name === 'first' || name === 'after') return [];
    if (name === 'identifier') return [parseIdentifier(context, value)];
    if (name === 'filter') return [parseExpression(context, value)];
    return [comparison(context, name, 'eq', value)];
  });
  if (all.length === 0) throw criteriaInvalid('say whom to find: an identifier, an attribute or "filter" as argument');
  return ofOneEntry(all.length === 1 ? all[0]! : { and: all }, context.names);
}
