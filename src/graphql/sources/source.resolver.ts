import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import {
  applySource,
  listSources,
  pauseSource,
  removeSource,
  resumeSource,
  resyncSource,
} from '../../use-cases/sources/sources.js';
import { checkSourceFile, proposeSourceFile } from '../../use-cases/sources/look-at-source.js';
import { RegistryEnum } from '../../entities/database/enums.js';
import { ADMINS, READERS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import type { SourceView } from '../../use-cases/sources/source.types.js';
import { Source, SourceCheck, SourceProposal } from './source.types.js';

const NAME = { description: 'Name of the source.' };

@Resolver(() => Source)
export class SourceResolver {
  @Query(() => [Source], { description: 'Registries that other systems keep.' })
  sources(@Ctx() context: Context): Promise<SourceView[]> {
    requireRole(context, READERS);
    return listSources(context.services);
  }

  @Query(() => Source, { nullable: true, description: 'One of them.' })
  async source(
    @Arg('name', () => String, NAME) name: string,
    @Ctx() context: Context,
  ): Promise<SourceView | undefined> {
    requireRole(context, READERS);
    return (await listSources(context.services)).find((one) => one.name === name);
  }

  @Mutation(() => Source, {
    description: 'Connects a source, or changes one: its file is checked, kept, and read from the start.',
  })
  applySource(
    @Arg('yaml', () => String, { description: 'The file. Its address is the name of an environment variable.' })
    yaml: string,
    @Ctx() context: Context,
  ): Promise<SourceView> {
    return applySource(context.services, requireRole(context, ADMINS), yaml);
  }

  @Mutation(() => SourceCheck, {
    description: 'Looks at a source through its file: nothing is kept or served, and every value is hidden.',
  })
  checkSource(
    @Arg('yaml', () => String, { description: 'The file.' }) yaml: string,
    @Ctx() context: Context,
  ): Promise<SourceCheck> {
    return checkSourceFile(context.services, requireRole(context, ADMINS), yaml);
  }

  @Mutation(() => SourceProposal, { description: 'Drafts a file by the names of the columns of a table or view.' })
  proposeSource(
    @Arg('url', () => String, { description: 'Name of the environment variable that has the address.' }) url: string,
    @Arg('table', () => String, { description: 'Table or view, with its schema where it has one.' }) table: string,
    @Arg('registry', () => RegistryEnum, { description: 'The registry it is for.' }) registry: string,
    @Ctx() context: Context,
  ): Promise<SourceProposal> {
    return proposeSourceFile(context.services, requireRole(context, ADMINS), { url, table, registry });
  }

  @Mutation(() => Source, { description: 'Reads it no more until it is resumed; copies are served as they are.' })
  pauseSource(@Arg('name', () => String, NAME) name: string, @Ctx() context: Context): Promise<SourceView> {
    return pauseSource(context.services, requireRole(context, ADMINS), name);
  }

  @Mutation(() => Source, { description: 'Reads it again where it stopped.' })
  resumeSource(@Arg('name', () => String, NAME) name: string, @Ctx() context: Context): Promise<SourceView> {
    return resumeSource(context.services, requireRole(context, ADMINS), name);
  }

  @Mutation(() => Source, {
    description: 'Reads everything again, and ends what is gone at the source, however much that is.',
  })
  resyncSource(@Arg('name', () => String, NAME) name: string, @Ctx() context: Context): Promise<SourceView> {
    return resyncSource(context.services, requireRole(context, ADMINS), name);
  }

  @Mutation(() => Source, {
    description: 'Disconnects it: its copies are deleted here, without events, and our own records served again.',
  })
  removeSource(@Arg('name', () => String, NAME) name: string, @Ctx() context: Context): Promise<SourceView> {
    return removeSource(context.services, requireRole(context, ADMINS), name);
  }
}
