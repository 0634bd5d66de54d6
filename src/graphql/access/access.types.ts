import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Agreement } from '../../entities/agreements/agreement.entity.js';
import { ConsentController } from '../../entities/agreements/consent-controller.entity.js';
import { Consent } from '../../entities/agreements/consent.entity.js';
import { LegalBasisEnum, OperationEnum, RegistryEnum } from '../../entities/database/enums.js';
import type { LegalBasis, Operation, Registry } from '../../protocol/vocabulary.js';
import { TOLD_ANSWERS, type ConsentBy, type ToldAnswer } from '../../use-cases/access/access.types.js';

const ConsentByEnum = { RECORD: 'RECORD', MESSAGE: 'MESSAGE' } as const;
registerEnumType(ConsentByEnum, {
  name: 'ConsentBy',
  description: 'Where a consent stands.',
  valuesConfig: {
    RECORD: { description: 'In the registry’s own record of it.' },
    MESSAGE: { description: 'In the message, signed.' },
  },
});

const ToldAnswerEnum = Object.fromEntries(TOLD_ANSWERS.map((name) => [name, name])) as Record<ToldAnswer, ToldAnswer>;
registerEnumType(ToldAnswerEnum, {
  name: 'ToldAnswer',
  description: 'What was said to a question about a person: whether what was claimed is right, or the status holds.',
  valuesConfig: {
    YES: { description: 'It is so.' },
    NO: { description: 'It is not so.' },
    NOT_RECORDED: { description: 'Neither: the record does not say, or not so precisely.' },
    NOT_KEPT: { description: 'It is no longer kept, or stands with the answer that was told again.' },
  },
});

@ObjectType({ description: 'A consent that a message brought.' })
export class UsedConsent {
  @Field(() => ID, { nullable: true, description: 'Who signed it; null where a consent manager alone vouched for it.' })
  controllerId!: string | null;

  @Field(() => String, { description: 'The number that its signer gave it.' })
  jti!: string;

  @Field(() => [String], { description: 'What it lets out, within the agreement.' })
  scopes!: string[];

  @Field(() => Date, { description: 'When it ends.' })
  until!: Date;
}

@ObjectType({ description: 'One step of the access decision.' })
export class AccessStep {
  @Field(() => Boolean)
  passed!: boolean;

  @Field(() => String, { description: 'A stable code, such as `NO_AGREEMENT`.' })
  reason!: string;

  @Field(() => String, { description: 'The same in words, with the remedy.' })
  explanation!: string;
}

@ObjectType({ description: 'Whether a field would be released, and why. Its value is not told.' })
export class FieldExplanation {
  @Field(() => String, { description: 'Canonical path.' })
  path!: string;

  @Field(() => Boolean, { description: 'Whether the record holds a value there.' })
  recorded!: boolean;

  @Field(() => Boolean)
  released!: boolean;

  @Field(() => Boolean, { description: 'Whether the sender may search by it.' })
  searchable!: boolean;

  @Field(() => String, {
    description:
      'RELEASED, NOT_IN_AGREEMENT, NOT_CONSENTED, OWN_CONSENT (each person inside the record decides), or REFUSED by an earlier step.',
  })
  reason!: string;
}

@ObjectType({ description: 'What a sender would see of a person, and why. Asking releases nothing to the sender.' })
export class AccessExplanation {
  @Field(() => String)
  senderId!: string;

  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => OperationEnum)
  operation!: Operation;

  @Field(() => String)
  recordType!: string;

  @Field(() => String, { nullable: true })
  purpose?: string;

  @Field(() => Boolean, { description: 'Whether the record would be found and anything of it released.' })
  released!: boolean;

  @Field(() => Boolean, { description: 'Whether there is such a record.' })
  found!: boolean;

  @Field(() => [AccessStep], { description: 'Gate, agreement, row filter and consent, in the order of the decision.' })
  steps!: AccessStep[];

  @Field(() => Agreement, { nullable: true, description: 'The agreement that decides alone.' })
  agreement?: Agreement;

  @Field(() => [Consent], { description: 'Consents that count for this sender and purpose.' })
  consents!: Consent[];

  @Field(() => [ConsentByEnum], { description: 'Where a consent stands that would let it out.' })
  consentBy!: ConsentBy[];

  @Field(() => [UsedConsent], {
    description: 'Consents in messages that this sender showed about the record, and may show again.',
  })
  messageConsents!: UsedConsent[];

  @Field(() => [ConsentController], { description: 'Who may sign a consent that this sender brings with a message.' })
  consentControllers!: ConsentController[];

  @Field(() => Boolean, { description: 'Whether the sender may look the person up by an identifier.' })
  identifiable!: boolean;

  @Field(() => Int, { description: 'Persons inside the record whose data would be released too.' })
  membersReleased!: number;

  @Field(() => Int, { description: 'Persons inside the record who would be left out.' })
  membersLeftOut!: number;

  @Field(() => [FieldExplanation])
  fields!: FieldExplanation[];
}

@ObjectType({
  description: 'A question about a person that was answered with yes or no. What was claimed is not told.',
})
export class AnsweredQuestion {
  @Field(() => String, { description: 'Attribute that was asked about; `is_alive` where that was asked.' })
  attribute!: string;

  @Field(() => ToldAnswerEnum, { description: 'Whether what was claimed of it is right.' })
  answer!: ToldAnswer;
}

@ObjectType({ description: 'One disclosure about a person.' })
export class Disclosure {
  @Field(() => ID, { description: 'Of the transaction or delivery.' })
  id!: string;

  @Field(() => Date)
  at!: Date;

  @Field(() => RegistryEnum, { nullable: true })
  registry!: Registry | null;

  @Field(() => String)
  senderId!: string;

  @Field(() => String, { nullable: true })
  senderName!: string | null;

  @Field(() => String, { description: 'The operation, or NOTIFICATION for what was sent without being asked.' })
  kind!: string;

  @Field(() => Boolean, { description: 'As a person inside somebody else’s record, such as a household.' })
  inside!: boolean;

  @Field(() => LegalBasisEnum, { nullable: true })
  legalBasis!: LegalBasis | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the agreement asked for consent.' })
  requiredConsent!: boolean | null;

  @Field(() => [ConsentByEnum], { description: 'Whose consent it rested on: that of a record, or of the message.' })
  consentBy!: ConsentBy[];

  @Field(() => [UsedConsent], { description: 'Consents that the message brought.' })
  messageConsents!: UsedConsent[];

  @Field(() => String, { nullable: true })
  purpose!: string | null;

  @Field(() => ID, { nullable: true })
  agreementId!: string | null;

  @Field(() => Int, { nullable: true })
  agreementVersion!: number | null;

  @Field(() => [String], {
    nullable: true,
    description: 'What the agreement let out, as it stood then; null where only questions were answered.',
  })
  fields!: string[] | null;

  @Field(() => [AnsweredQuestion], {
    nullable: true,
    description: 'What was asked and answered, where nothing else was told; empty where that is no longer kept.',
  })
  questions!: AnsweredQuestion[] | null;
}

@ObjectType({ description: 'One reading about a person by an administrator.' })
export class PersonReading {
  @Field(() => ID, { description: 'Of the admin action.' })
  id!: string;

  @Field(() => Date)
  at!: Date;

  @Field(() => String)
  actor!: string;

  @Field(() => String)
  role!: string;

  @Field(() => String, {
    description:
      '`readPersons`, `readPayload`, `explainAccess`, `accessReport`, `exportRecords`, `exportAccessReport`, or `upsertRecords` where it was refused.',
  })
  action!: string;

  @Field(() => String, { nullable: true, description: 'As the administrator said, where one is asked for.' })
  reason!: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Which fields of the schema were read; null where an earlier version kept none.',
  })
  fields!: string[] | null;

  @Field(() => Boolean, { description: 'As a person inside somebody else’s record, such as a household.' })
  inside!: boolean;
}

@ObjectType({ description: 'Who got what of a person, when, and on what ground.' })
export class AccessReport {
  @Field(() => Date, { description: 'When it was made.' })
  at!: Date;

  @Field(() => [RegistryEnum], { description: 'Where there are records of the person, or with the person inside.' })
  registries!: Registry[];

  @Field(() => [RegistryEnum], {
    description: 'Where a source does not answer now: what was told of its records is missing here. Ask again later.',
  })
  notAsked!: Registry[];

  @Field(() => [Disclosure], { description: 'Newest first.' })
  disclosures!: Disclosure[];

  @Field(() => [PersonReading], {
    description: 'What administrators read of the person themselves, newest first; the report itself is one.',
  })
  readings!: PersonReading[];

  @Field(() => Boolean, {
    description:
      'False where there are more than were asked for, a registry could not be asked for all, or what was let out is missing from its index.',
  })
  complete!: boolean;
}
