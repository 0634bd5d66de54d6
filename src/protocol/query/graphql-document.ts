/** Partners' GraphQL text as a document of bounded size: one operation that reads, without variables, aliases and directives. */
import { GraphQLError, Kind, OperationTypeNode, parse, visit, type DocumentNode } from 'graphql';
import { INEXACT, isExact } from '../exact-number.js';
import { criteriaInvalid, filterInvalid } from './query-rejection.js';

const MAX_CHARACTERS = 10_000;
const MAX_TOKENS = 2_000;

/** @throws ItemRejected `rjct.search_criteria.invalid`, with line and column where the text is not GraphQL */
export function parseDocument(text: string): DocumentNode {
  if (text.length > MAX_CHARACTERS) throw criteriaInvalid(`GraphQL text takes at most ${MAX_CHARACTERS} characters`);
  const document = parseText(text);
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operations.length !== 1 || operations[0]?.operation !== OperationTypeNode.QUERY)
    throw criteriaInvalid('GraphQL text holds exactly one query; mutations and subscriptions are not served');
  visit(document, {
    IntValue: ({ value }) => refuseInexact(value),
    FloatValue: ({ value }) => refuseInexact(value),
    VariableDefinition: () => refuse('variables; write the values into the text'),
    Directive: () => refuse('directives'),
    Field: ({ alias }) => (alias ? refuse('aliases; records keep the names of the dictionary') : undefined),
  });
  return document;
}

function parseText(text: string): DocumentNode {
  // A published example leaves out the keyword: `GeBirthRecordById { person(UIN: "1") { … } }`.
  const anonymous = /^\s*(?!(query|mutation|subscription|fragment)\b)[A-Za-z_]\w*\s*\{/.test(text);
  try {
    return parse(anonymous ? `query ${text}` : text, { maxTokens: MAX_TOKENS });
  } catch (error) {
    // graphql-js repeats the token it met, which may be a value.
    const place = error instanceof GraphQLError ? error.locations?.[0] : undefined;
    const at = place ? ` at line ${place.line}, column ${place.column}` : '';
    throw criteriaInvalid(`the text is not GraphQL${at}, or has more than ${MAX_TOKENS} tokens`);
  }
}

function refuseInexact(source: string): void {
  if (!isExact(source)) throw filterInvalid(`a value of the GraphQL text ${INEXACT}`);
}

function refuse(what: string): never {
  throw criteriaInvalid(`GraphQL text is read without ${what}`);
}
