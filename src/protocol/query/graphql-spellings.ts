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
  type SelectionNode,
} from 'graphql';
import { resolveName } from '../registries/attributes.js';
import type { ClassDefinition, RegistryDefinition } from '../registries/definition.js';
import { findProperty } from '../registries/records/property.path.js';
import { findIdentifierType, findRecordType } from '../registries/registries.js';
import { derivedFrom } from './derived.js';
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
      return owner && (renameField(node, owner) ?? renameByAlias(node, owner, definition));
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

/** The specification's examples ask every registry for a `member`: where there is none, its own record is meant. */
function renameRoot(node: FieldNode, definition: RegistryDefinition): FieldNode | undefined {
  const { value: name } = node.name;
  const recordType = findRecordType(definition, name) ?? (name === 'member' ? definition.recordTypes[0] : undefined);
  return recordType && { ...node, name: named(rootField(recordType)) };
}

/** An old name may lead further down (`farm.size`), or nowhere where its members are the owner's own (`.`). */
function renameField(node: FieldNode, owner: ClassDefinition): FieldNode | InlineFragmentNode | undefined {
  const target = findProperty(owner, [node.name.value])?.target;
  if (target === undefined) return undefined;
  if (target === '.') return node.selectionSet && fragmentOf(node.selectionSet.selections);
  return fieldAt(target, node);
}

/** What a search would read: an attribute's alias, a derived name (`age`), an identifier type; and a child's parents. */
function renameByAlias(
  node: FieldNode,
  owner: ClassDefinition,
  definition: RegistryDefinition,
): FieldNode | InlineFragmentNode | undefined {
  const { value: name } = node.name;
  if (name === 'parents' && 'parent1_identifier' in owner.properties)
    return fragmentOf(['parent1_identifier', 'parent2_identifier'].map((path) => fieldAt(path, node)));
  const derived = derivedFrom(name)?.path;
  if (derived !== undefined && derived in owner.properties) return fieldAt(derived, node);
  const recordType = definition.recordTypes.find((one) => one.class === owner.name);
  const alias = recordType && resolveName(definition, recordType, name)?.path;
  if (alias !== undefined) return fieldAt(alias, node);
  const identifiers = findIdentifierType(definition, name) && recordType?.identifierPaths[0];
  return identifiers ? fieldAt(identifiers, node) : undefined;
}

function fieldAt(path: string, node: FieldNode): FieldNode {
  const names = path.split('.');
  const last: FieldNode = { ...node, name: named(names.at(-1) ?? '') };
  return names.slice(0, -1).reduceRight<FieldNode>((inner, name) => fieldOver(name, inner), last);
}

const fragmentOf = (selections: readonly SelectionNode[]): InlineFragmentNode => ({
  kind: Kind.INLINE_FRAGMENT,
  selectionSet: { kind: Kind.SELECTION_SET, selections },
});

const fieldOver = (name: string, inner: FieldNode): FieldNode => ({
  kind: Kind.FIELD,
  name: named(name),
  selectionSet: { kind: Kind.SELECTION_SET, selections: [inner] },
});

function argumentName(name: string, definition: RegistryDefinition, owner?: ClassDefinition): string | undefined {
  return findIdentifierType(definition, name) ?? (owner && findProperty(owner, [name])?.target);
}

const named = (value: string): NameNode => ({ kind: Kind.NAME, value });
