import { Field, ObjectType } from 'type-graphql';
import { OperationEnum, RegistryEnum } from '../../entities/database/enums.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';

@ObjectType({ description: 'One value of a code list of the dictionary.' })
export class CodeView {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  label!: string;
}

@ObjectType('RegistryAttribute', { description: 'A scalar path of a record type: what may be searched and released.' })
export class AttributeView {
  @Field(() => String, { description: 'Dotted, in the dictionary’s spelling: `name.surname`.' })
  path!: string;

  @Field(() => String, { description: 'string, number, integer, boolean, date or json.' })
  type!: string;

  @Field(() => Boolean, { description: 'Whether the path crosses a list.' })
  many!: boolean;

  @Field(() => [CodeView], { nullable: true, description: 'Null where any value may stand.' })
  codes!: CodeView[] | null;
}

@ObjectType('RegistryRecordType', { description: 'A record type of a registry.' })
export class RecordTypeView {
  @Field(() => String)
  name!: string;

  @Field(() => [String], { description: 'Other names read for it.' })
  aliases!: string[];

  @Field(() => [String], { description: 'Paths that hold the identifiers of its subject.' })
  identifierPaths!: string[];

  @Field(() => [String], { description: 'Identifier types that say which record is meant; all others may be shared.' })
  identifyingTypes!: string[];

  @Field(() => [AttributeView])
  attributes!: AttributeView[];
}

@ObjectType('RegistryDefinition', { description: 'What a registry holds, in the words of the dictionary.' })
export class RegistryView {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String)
  title!: string;

  @Field(() => [OperationEnum])
  operations!: Operation[];

  @Field(() => [String], { description: 'Identifier types that may be asked for.' })
  identifierTypes!: string[];

  @Field(() => [String], { description: 'Event types that may be subscribed to.' })
  events!: string[];

  @Field(() => [RecordTypeView], { description: 'The default record type first.' })
  recordTypes!: RecordTypeView[];
}
