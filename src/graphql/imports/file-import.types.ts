import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { RegistryEnum } from '../../entities/database/enums.js';
import { graphqlEnum } from '../../entities/database/graphql-enum.js';
import type { FileImportState } from '../../entities/queues/file-import.repository.js';
import type { Registry } from '../../protocol/vocabulary.js';
import type { RowFormat } from '../../sources/files/given-file.js';
import { SourceProblem } from '../sources/source.types.js';

export const FileImportStateEnum = graphqlEnum<FileImportState>('FileImportState', 'How far the import of a file is.', {
  STAGED: 'Its file is being sent, or waits to be started.',
  RUNNING: 'A worker writes its rows, or soon will.',
  DONE: 'Every row was read.',
  FAILED: 'The file could not be read on: `fault` says why. It can be started again.',
  CANCELLED: 'Stopped by an administrator; what was written stays.',
});

export const FileFormatEnum = { CSV: 'csv', NDJSON: 'ndjson', PARQUET: 'parquet' } as const satisfies Record<
  string,
  RowFormat
>;
registerEnumType(FileFormatEnum, {
  name: 'FileFormat',
  description: 'What is in a file.',
  valuesConfig: {
    CSV: { description: 'Rows of cells, the names of the columns first.' },
    NDJSON: { description: 'A JSON object a line.' },
    PARQUET: { description: 'Columns with types; a row group at a time.' },
  },
});

@InputType({
  description: 'What is said of a file: a mapping, or a registry where its columns are named as the dictionary does.',
})
export class FileImportInput {
  @Field(() => String, { nullable: true, description: 'YAML that says what its columns mean.' })
  mapping?: string;

  @Field(() => RegistryEnum, { nullable: true, description: 'Instead of a mapping.' })
  registry?: Registry;

  @Field(() => String, { nullable: true, description: 'Of rows that name none; by default the first of the registry.' })
  recordType?: string;

  @Field(() => FileFormatEnum, { nullable: true, description: 'Where the mapping does not say it.' })
  format?: RowFormat;

  @Field(() => String, {
    nullable: true,
    description: 'Such as `windows-1252`, where it is not UTF-8 or marked UTF-16.',
  })
  encoding?: string;

  @Field(() => String, {
    nullable: true,
    description: 'Between the cells of a CSV, where its first line does not show it.',
  })
  delimiter?: string;

  @Field(() => Boolean, {
    defaultValue: true,
    description: 'Whether subscribers are told what changes; not at a first load.',
  })
  events!: boolean;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether rows are only checked.' })
  dryRun!: boolean;
}

@ObjectType({ description: 'A row that was kept out; without its values.' })
export class FileImportProblem {
  @Field(() => Int, { description: 'Its line; of a row over several lines the last.' })
  line!: number;

  @Field(() => String, { description: 'What is wrong, and what would mend it.' })
  reason!: string;
}

@ObjectType({ description: 'A file that an administrator imports.' })
export class FileImport {
  @Field(() => ID)
  id!: string;

  @Field(() => FileImportStateEnum)
  state!: FileImportState;

  @Field(() => Float, { description: 'Bytes of its file that are here: an upload that broke off goes on behind them.' })
  bytes!: number;

  @Field(() => Float, { nullable: true, description: 'Share of the file that is read.' })
  progress!: number | null;

  @Field(() => RegistryEnum, { nullable: true, description: 'Null before it is started.' })
  registry!: string | null;

  @Field(() => String, { nullable: true, description: 'Null before it is started.' })
  recordType!: string | null;

  @Field(() => FileFormatEnum, { nullable: true, description: 'Null before it is started.' })
  format!: string | null;

  @Field(() => Boolean, { description: 'Whether a mapping says what its columns mean.' })
  isMapped!: boolean;

  @Field(() => Boolean, { description: 'Whether subscribers are told what changes.' })
  events!: boolean;

  @Field(() => Boolean, { description: 'Whether rows are only checked.' })
  dryRun!: boolean;

  @Field(() => Float, { description: 'Up to this line everything is written.' })
  line!: number;

  @Field(() => Float, { description: 'Rows that were read.' })
  rows!: number;

  @Field(() => Float)
  inserted!: number;

  @Field(() => Float)
  updated!: number;

  @Field(() => Float)
  unchanged!: number;

  @Field(() => Float, {
    description: 'Rows that were kept out: all of them, with their values, at `POST /files/imports/{id}/refused`.',
  })
  refused!: number;

  @Field(() => [FileImportProblem], { description: 'The first 1000 of them.' })
  problems!: FileImportProblem[];

  @Field(() => String, { nullable: true, description: 'Why the file could not be read on.' })
  fault!: string | null;

  @Field(() => String, { description: 'Who staged it.' })
  createdBy!: string;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => String, { nullable: true, description: 'Who started it last; what is written is written as theirs.' })
  startedBy!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it was started last.' })
  startedAt!: Date | null;

  @Field(() => Date, { nullable: true })
  endedAt!: Date | null;
}

@ObjectType({ description: 'A row as it would come in.' })
export class FileImportRow {
  @Field(() => Int, { description: 'Its line; of a row over several lines the last.' })
  line!: number;

  @Field(() => GraphQLJSONObject, { nullable: true, description: 'Its cells by column, as the file has them.' })
  cells!: Record<string, unknown> | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: '`recordType`, `externalId`, `identifiers` and `data`.',
  })
  record!: Record<string, unknown> | null;

  @Field(() => String, { nullable: true, description: 'Why it would be kept out.' })
  problem!: string | null;
}

@ObjectType({ description: 'The first rows of a staged file; nothing is written.' })
export class FileImportPreview {
  @Field(() => [String], { description: 'Columns of the file, by its first rows.' })
  columns!: string[];

  @Field(() => [SourceProblem], { description: 'Mistakes of the mapping.' })
  errors!: SourceProblem[];

  @Field(() => String, {
    nullable: true,
    description: 'Why the file cannot be read so, as a column that it does not have.',
  })
  fault!: string | null;

  @Field(() => [FileImportRow], { description: 'The first 20.' })
  rows!: FileImportRow[];
}
