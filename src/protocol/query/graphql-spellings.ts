/** Old and foreign names in partners' GraphQL (`birthDate`, `gender`, `identifier { type value }`) become the dictionary's. */
import {
  getNamedType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  type NameNode,
} from 'graphql';
import type { ClassDefinition, RegistryDefinition } from '../registries/definition.js';
import { findProperty } from '../registries/records/property.path.js';
import { findIdentifierType, findRecordType } from '../registries/registries.js';
import { rootField } from './graphql-schema.js';

/** What is not known stays as it is, for validation to refuse by name. */
export function inDictionaryNames(
  document: DocumentNode,
  schema: GraphQLSchema,
  definition: RegistryDefinition,
): DocumentNode {
  const types = new TypeInfo(schema);
  const rename = {
    Field: (node: FieldNode) => {
      const parent = types.getParentType();
      if (!isObjectType(parent) || node.name.value.startsWith('__') || node.name.value in parent.getFields())
        return undefined;
      if (parent === schema.getQueryType()) return renameRoot(node, definition);
      const owner = definition.classes[parent.name];
      return owner && renameField(node, owner);
    },
    Argument: (node: { name: NameNode }) => {
      const owner = definition.classes[getNamedType(types.getType())?.name ?? ''];
      const known = types.getFieldDef()?.args.some(({ name }) => name === node.name.value);
      const name = known ? undefined : argumentName(node.name.value, definition, owner);
      return name === undefined ? undefined : { ...node, name: named(name) };
    },
  };
  return visit(document, visitWithTypeInfo(types, rename));
}

function renameRoot(node: FieldNode, definition: RegistryDefinition): FieldNode | undefined {
  const recordType = findRecordType(definition, node.name.value);
  return recordType && { ...node, name: named(rootField(recordType)) };
}

/** An old name may lead further down (`farm.size`), or nowhere where its members are the owner's own (`.`). */
function renameField(node: FieldNode, owner: ClassDefinition): FieldNode | InlineFragmentNode | undefined {
  const target = findProperty(owner, [node.name.value])?.target;
  if (target === undefined) return undefined;
  if (target === '.') return node.selectionSet && { kind: Kind.INLINE_FRAGMENT, selectionSet: node.selectionSet };
  const names = target.split('.');
  const last: FieldNode = { ...node, name: named(names.at(-1) ?? '') };
  return names.slice(0, -1).reduceRight<FieldNode>((inner, name) => fieldOver(name, inner), last);
}

const fieldOver = (name: string, inner: FieldNode): FieldNode => ({
  kind: Kind.FIELD,
  name: named(name),
  selectionSet: { kind: Kind.SELECTION_SET, selections: [inner] },
});

function argumentName(name: string, definition: RegistryDefinition, owner?: ClassDefinition): string | undefined {
  return findIdentifierType(definition, name) ?? (owner && findProperty(owner, [name])?.target);
}

const named = (value: string): NameNode => ({ kind: Kind.NAME, value });
