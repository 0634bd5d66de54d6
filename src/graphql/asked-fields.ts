/** Which columns of a list's rows an operation asks for, so that no others are read. */
import { getNamedType, isObjectType, Kind, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import type { SelectionNode } from 'graphql';

/** Of the nodes of a connection; undefined where a field is made by a resolver, which may look at the whole row. */
export function askedOfNodes({ fieldNodes, fragments, returnType }: GraphQLResolveInfo): string[] | undefined {
  const below = (selections: readonly SelectionNode[]): Selected[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD)
        return { name: selection.name.value, below: selection.selectionSet?.selections ?? [] };
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      return below(fragment?.selectionSet.selections ?? []);
    });
  const inside = (selected: Selected[], name: string): Selected[] =>
    selected.flatMap((field) => (field.name === name ? below(field.below) : []));
  const page = fieldNodes.flatMap(({ selectionSet }) => below(selectionSet?.selections ?? []));
  const asked = [...inside(page, 'nodes'), ...inside(inside(page, 'edges'), 'node')];
  const names = new Set(asked.map(({ name }) => name).filter((name) => name !== '__typename'));
  const fields = nodeOf(returnType).getFields();
  return [...names].every((name) => fields[name]?.resolve === undefined) ? [...names] : undefined;
}

interface Selected {
  name: string;
  below: readonly SelectionNode[];
}

function nodeOf(connection: GraphQLResolveInfo['returnType']): GraphQLObjectType {
  const type = getNamedType(connection);
  const node = isObjectType(type) ? getNamedType(type.getFields()['nodes']?.type) : undefined;
  if (!isObjectType(node)) throw new Error('this is no connection');
  return node;
}
