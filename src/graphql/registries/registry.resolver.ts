import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { RegistryEnum } from '../../entities/database/enums.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { identifyingTypes } from '../../protocol/registries/records/identifying.js';
import { identifierTypesOf } from '../../protocol/registries/registries.js';
import { OPERATIONS, type Registry } from '../../protocol/vocabulary.js';
import { READERS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { RegistryView, type RecordTypeView } from './registry.types.js';

@Resolver()
export class RegistryResolver {
  @Query(() => [RegistryView], {
    description: 'The registries as the dictionary defines them: record types, attributes, identifiers and events.',
  })
  registryDefinitions(
    @Arg('registry', () => RegistryEnum, { nullable: true }) registry: Registry | undefined,
    @Ctx() context: Context,
  ): RegistryView[] {
    requireRole(context, READERS);
    const { all } = context.services.registries;
    return all.filter((definition) => registry == null || definition.registry === registry).map(viewOf);
  }
}

function viewOf(definition: RegistryDefinition): RegistryView {
  return {
    registry: definition.registry,
    title: definition.title,
    operations: OPERATIONS.filter((operation) => definition.operations.includes(operation)),
    identifierTypes: identifierTypesOf(definition),
    events: definition.events.map(({ name }) => name),
    recordTypes: definition.recordTypes.map((recordType) => recordTypeView(definition, recordType)),
  };
}

function recordTypeView(definition: RegistryDefinition, recordType: RecordTypeDefinition): RecordTypeView {
  return {
    name: recordType.name,
    aliases: recordType.aliases,
    identifierPaths: recordType.identifierPaths,
    identifyingTypes: identifyingTypes(recordType),
    attributes: [...attributesOf(definition, recordType).values()].map(({ path, type, many, codes }) => ({
      path,
      type,
      many,
      codes: codes === undefined || codes.length === 0 ? null : codes.map(({ code, label }) => ({ code, label })),
    })),
  };
}
