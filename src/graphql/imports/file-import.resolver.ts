import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import {
  cancelImport,
  listImports,
  oneImport,
  stageImport,
  startImport,
} from '../../use-cases/imports/file-imports.js';
import { previewImport } from '../../use-cases/imports/preview-import.js';
import { presentOf } from '../../use-cases/given.js';
import { READERS, requireRole, RUNNERS } from '../authorize.js';
import { MAX_SIZE } from '../connection.js';
import type { Context } from '../context.js';
import { FileImport, FileImportInput, FileImportPreview } from './file-import.types.js';

const INPUT = { description: 'What is said of the file.' };

@Resolver(() => FileImport)
export class FileImportResolver {
  @Query(() => [FileImport], {
    description: 'Imports of files, newest first; those that ended are forgotten after a week.',
  })
  fileImports(
    @Arg('first', () => Int, { defaultValue: 20, description: `At most ${MAX_SIZE}.` }) first: number,
    @Ctx() context: Context,
  ): Promise<FileImport[]> {
    requireRole(context, READERS);
    return listImports(context.services, Math.min(Math.max(first, 0), MAX_SIZE));
  }

  @Query(() => FileImport, { nullable: true, description: 'One of them: ask it for its progress.' })
  fileImport(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<FileImport | undefined> {
    requireRole(context, READERS);
    return oneImport(context.services, id);
  }

  @Mutation(() => FileImport, {
    description: 'Makes room for a file, whose bytes are sent to `PUT /files/imports/{id}/content` next.',
  })
  stageFileImport(@Ctx() context: Context): Promise<FileImport> {
    return stageImport(context.services, requireRole(context, RUNNERS));
  }

  @Mutation(() => FileImportPreview, {
    description:
      'What the first rows of a staged file become. Without mapping and registry only its columns and cells.',
  })
  previewFileImport(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => FileImportInput, INPUT) input: FileImportInput,
    @Ctx() context: Context,
  ): Promise<FileImportPreview> {
    return previewImport(context.services, requireRole(context, RUNNERS), id, presentOf(input));
  }

  @Mutation(() => FileImport, {
    description:
      'Has the whole file imported, or only checked. One that failed goes on where it stopped; one that was checked can be started for good.',
  })
  startFileImport(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => FileImportInput, INPUT) input: FileImportInput,
    @Ctx() context: Context,
  ): Promise<FileImport> {
    return startImport(context.services, requireRole(context, RUNNERS), id, presentOf(input));
  }

  @Mutation(() => FileImport, { description: 'Stops an import and deletes its file here; what was written stays.' })
  cancelFileImport(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<FileImport> {
    return cancelImport(context.services, requireRole(context, RUNNERS), id);
  }
}
