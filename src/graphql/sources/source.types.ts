import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { graphqlEnum } from '../../entities/database/graphql-enum.js';
import { RegistryEnum } from '../../entities/database/enums.js';
import type { CaptureState, SourceMode, SourceState } from '../../entities/sources/source.repository.js';
import type { SourceView } from '../../use-cases/sources/source.types.js';

export const SourceModeEnum = graphqlEnum<SourceMode>('SourceMode', 'How a source is served.', {
  MIRROR: 'Copied here and kept as the source is.',
  LIVE: 'Asked at every question; nothing is copied.',
});
export const SourceStateEnum = graphqlEnum<SourceState>('SourceState', 'How a source stands.', {
  LOADING: 'Everything is being read; the first time nothing is served until it is whole.',
  RUNNING: 'Served, and followed.',
  PAUSED: 'Not read by decision of an administrator; copies are served as they are.',
  FAILED: 'The last attempt to read it failed; copies are served, and it is tried again.',
});

export const SourceFollowingEnum = graphqlEnum<NonNullable<CaptureState['by']>>(
  'SourceFollowing',
  'How changes of a source are found.',
  {
    PUBLICATION: 'Its database tells of each as it is committed.',
    WATERMARK: 'A column of times is asked now and then; the sweep finds what that does not show.',
    SUBSCRIPTION: 'Another DCI server tells of each, as it was asked to.',
    SWEEP: 'Everything is read again now and then.',
  },
);

@ObjectType({ description: 'Rows of a source that do not fit, by what is wrong with them; never whose.' })
export class SourceRefusal {
  @Field(() => String, { description: 'Entry of `records` in the file.' })
  entry!: string;

  @Field(() => String, { description: 'Path of the dictionary; empty for the record itself.' })
  path!: string;

  @Field(() => String, { description: 'What is wrong, and what would mend it.' })
  reason!: string;

  @Field(() => Int, { description: 'How many rows.' })
  count!: number;
}

@ObjectType({ description: 'Something wrong or doubtful in the file of a source.' })
export class SourceProblem {
  @Field(() => Int, { description: 'Line of the file.' })
  line!: number;

  @Field(() => Int, { description: 'Column of the line.' })
  column!: number;

  @Field(() => String, { description: 'What is wrong, and what would mend it.' })
  message!: string;
}

@ObjectType({ description: 'A record as the file makes it; every value is hidden.' })
export class SourceSample {
  @Field(() => String, { description: 'Entry of `records` in the file.' })
  entry!: string;

  @Field(() => GraphQLJSONObject, { description: 'Its shape.' })
  data!: unknown;
}

@ObjectType({ description: 'A source looked at through its file; nothing of it is kept or served.' })
export class SourceCheck {
  @Field(() => [SourceProblem], { description: 'What keeps the file from being applied.' })
  errors!: SourceProblem[];

  @Field(() => [SourceProblem], { description: 'What is worth knowing before.' })
  warnings!: SourceProblem[];

  @Field(() => [SourceSample], { description: 'Ten records of each entry.' })
  samples!: SourceSample[];
}

@ObjectType({ description: 'A first file for a table or view, to be read and completed.' })
export class SourceProposal {
  @Field(() => String, { description: 'The draft.' })
  yaml!: string;

  @Field(() => [String], { description: 'Columns whose names say nothing to the dictionary.' })
  unmapped!: string[];
}

@ObjectType({ description: 'A registry that another system keeps and this gateway serves.' })
export class Source implements SourceView {
  @Field(() => String, { description: 'Its name in its file.' })
  name!: string;

  @Field(() => String, { description: '`postgres`, `mariadb`, `mysql` or `dci`.' })
  kind!: string;

  @Field(() => SourceModeEnum, { description: 'Copied, or asked each time.' })
  mode!: SourceMode;

  @Field(() => SourceStateEnum, { description: 'How it stands.' })
  state!: SourceState;

  @Field(() => [RegistryEnum], { description: 'Registries of which it serves record types.' })
  registries!: string[];

  @Field(() => Int, {
    nullable: true,
    description: 'How old the copies may be; null before the first load is whole, and for a live source.',
  })
  lagSeconds!: number | null;

  counts!: SourceView['counts'];

  @Field(() => Int, { description: 'Records that are served.' })
  async served(): Promise<number> {
    return (await this.counts()).served;
  }

  @Field(() => Int, { description: 'Rows whose state keeps them out: ended, merged, or in no list of the file.' })
  async withheld(): Promise<number> {
    return (await this.counts()).withheld;
  }

  @Field(() => Int, { description: 'Rows that do not fit the dictionary.' })
  async refused(): Promise<number> {
    return (await this.counts()).refused;
  }

  @Field(() => [SourceRefusal], { description: 'Those rows by reason.' })
  async refusals(): Promise<SourceRefusal[]> {
    return (await this.counts()).refusals;
  }

  @Field(() => String, { nullable: true, description: 'Why it could not be read, until it is again.' })
  lastError!: string | null;

  @Field(() => SourceFollowingEnum, {
    nullable: true,
    description: 'How its changes are found; null before it was read, and for a live source.',
  })
  followedBy!: NonNullable<CaptureState['by']> | null;

  @Field(() => String, {
    nullable: true,
    description: 'What its keeper should see to: why it is not followed as its file asks, a log that grows.',
  })
  notice!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Bytes of its log of changes that its server keeps for us.',
  })
  walBytes!: number | null;

  @Field(() => Date, { nullable: true, description: 'When a change was last taken over from it.' })
  lastChangeAt!: Date | null;

  @Field(() => Float, { nullable: true, description: 'Share of its rows that the reading under way has done.' })
  progress!: number | null;
}
