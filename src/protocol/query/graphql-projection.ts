/** What a selection asks for, leaves and objects that are selected as a whole, fragments included. */
import {
  getNamedType,
  isObjectType,
  Kind,
  type DocumentNode,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import { criteriaInvalid } from './query-rejection.js';

const MAX_DEPTH = 10;
/** Fields counted as often as fragments repeat them, so that nested fragments cannot grow without bound. */
const MAX_FIELDS = 500;

/**
 * Canonical paths below `type`, each once.
 *
 * @param document validated: fields are known and fragments have no cycles
 * @throws ItemRejected `rjct.search_criteria.invalid` for a selection that is too deep or too wide
 */
export function projectionOf(document: DocumentNode, type: GraphQLObjectType, selection: SelectionSetNode): string[] {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet]] : [],
    ),
  );
  const paths = new Set<string>();
  let fields = 0;
  const select = (owner: GraphQLObjectType, { selections }: SelectionSetNode, above: string[]): void => {
    if (above.length >= MAX_DEPTH) throw criteriaInvalid(`a selection is at most ${MAX_DEPTH} levels deep`);
    for (const node of selections) {
      if (++fields > MAX_FIELDS) throw criteriaInvalid(`a selection has at most ${MAX_FIELDS} fields`);
      const inner = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node.selectionSet;
      if (node.kind !== Kind.FIELD) {
        if (inner) select(owner, inner, above);
        continue;
      }
      const below = getNamedType(owner.getFields()[node.name.value]?.type);
      const path = [...above, node.name.value];
      if (inner && isObjectType(below)) select(below, inner, path);
      else if (below) paths.add(path.join('.'));
    }
  };
  select(type, selection, []);
  return [...paths];
}
