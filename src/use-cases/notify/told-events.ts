/** The events of one notification, one by one: each is applied, or refused by itself. */
import { decideItem, type GateDecision, type Grant } from '../../access/decide-access.js';
import type { Unit } from '../../entities/database/database.js';
import { lockNamed, type Wanted } from '../../entities/records/record-match.repository.js';
import { deleteRecord } from '../../entities/records/record-write.repository.js';
import type { PushOutcome } from '../../protocol/notify/enrollment.js';
import type { NotifiedEvent } from '../../protocol/notify/received.translate.js';
import { valuesAt } from '../../protocol/query/evaluate.js';
import { resolveName } from '../../protocol/registries/attributes.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { draftRecord } from '../../protocol/registries/records/draft.js';
import { covers } from '../../protocol/registries/records/fields.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { findEventType, findRecordType, findRegistryByType } from '../../protocol/registries/registries.js';
import { assertOwnType } from '../records/own-records.js';
import {
  applyPush,
  assertSamePerson,
  findPushed,
  isInRows,
  namesPushed,
  textOf,
  type Pushed,
} from '../records/partner-push.js';
import type { Services } from '../services.js';
import { markDeath, type Death } from './mark-death.js';
import { tellOn } from './tell-on.js';

/** A civil registry's death marks the person elsewhere. */
const DEATHS = [{ of: 'CRVS', event: 'Death', to: 'SOCIAL' }];

/** A death that was written down and not marked elsewhere, where it is doubtful who died. */
export interface Unmarked {
  referenceId: string;
  registry: string;
  reason: string;
}

export class ToldEvents {
  /** Of the records that the events concerned. */
  readonly recordIds: string[] = [];
  readonly written: Pushed[] = [];
  /** For those who run the registry: a sender would learn whom another registry holds. */
  readonly unmarked: Unmarked[] = [];

  constructor(
    private readonly services: Services,
    private readonly unit: Unit,
    /** The registry that is told. */
    private readonly definition: RegistryDefinition,
    private readonly gate: GateDecision,
    private readonly of: { senderId: string; transactionId: string },
  ) {}

  /** Before the first is taken: of whom, and where, they are told. */
  async lock(events: NotifiedEvent[]): Promise<void> {
    const names = events.flatMap((event) => this.#names(event));
    // What is about one record alone locks it when it is looked for; a death is about several.
    if (names.length > 1) await lockNamed(this.unit, names);
  }

  #names(event: NotifiedEvent): Wanted[] {
    const { registries, clock } = this.services;
    const { of, marks } = this.#meaning(event);
    const recordType = findRecordType(of, event.recordType) ?? findRecordType(of);
    const own = recordType === undefined ? [] : namesPushed(of, recordType, event.record, clock());
    const targets = marks.flatMap((to) => registries.byName(to) ?? []);
    const elsewhere = own.flatMap(({ named: { identifiers } }) =>
      targets.flatMap(({ registry, recordTypes }) =>
        recordTypes.map((one): Wanted => ({ recordType: one, named: { registry, recordType: one.name, identifiers } })),
      ),
    );
    return [...own, ...elsewhere];
  }

  async take(event: NotifiedEvent): Promise<PushOutcome> {
    const head = { referenceId: event.referenceId, timestamp: this.services.clock().toISOString() };
    try {
      await this.#apply(event);
      return { ...head, status: 'SUCCEEDED' };
    } catch (error) {
      if (!(error instanceof RecordInvalid)) throw error;
      return { ...head, status: 'REJECTED', reason: `not applied: ${textOf(error)}` };
    }
  }

  async #apply(event: NotifiedEvent): Promise<void> {
    if (!this.gate.allowed) throw new RecordInvalid('', `is not taken over: ${this.gate.explanation}`);
    const { of, name, marks } = this.#meaning(event);
    // A misspelt event would be written as a mere change, and those who wait for it would not be told.
    if (name === undefined && event.eventType?.trim())
      throw new RecordInvalid('reg_event_type', `is no event of ${of.registry}: use one of ${namesOf(of)}`);
    const ownEvent = of === this.definition;
    const marking = marks.filter((to) => ownEvent || to === this.definition.registry);
    if (!ownEvent && marking.length === 0)
      throw new RecordInvalid('', `is of the registry ${of.registry}; send the event there`);
    const grant = ownEvent ? this.#grantFor(event) : undefined;
    // Before anything of it is written: what is told as not applied is sent again.
    const deaths = marking.flatMap((to) => this.#deathOf(of, event, to, grant) ?? []);
    if (grant !== undefined) await this.#write(event, name, grant);
    for (const death of deaths) await this.#markDeath(event, death);
  }

  /** `marks`: registries in which the person of such an event is marked. */
  #meaning({ regType, eventType }: NotifiedEvent) {
    const of = findRegistryByType(this.services.registries, regType) ?? this.definition;
    const name = eventType === undefined ? undefined : findEventType(of, eventType)?.name;
    const marks = DEATHS.filter((one) => one.of === of.registry && one.event === name).map(({ to }) => to);
    return { of, name, marks };
  }

  #grantFor(event: NotifiedEvent): Grant {
    const recordType = findRecordType(this.definition, event.recordType);
    if (recordType === undefined)
      throw new RecordInvalid('reg_record_type', `is not a record type of ${this.definition.registry}`);
    const grant = this.gate.allowed ? decideItem(this.gate.agreements, this.definition, { recordType }) : this.gate;
    if (!grant.allowed) throw new RecordInvalid('', `is not taken over: ${grant.explanation}`);
    return grant;
  }

  async #write(event: NotifiedEvent, name: string | undefined, grant: Grant): Promise<void> {
    const told = { ...this.of, eventType: name, record: event.record };
    const elsewhere = await tellOn(this.services, this.unit, grant, told);
    if (elsewhere !== undefined) return void this.recordIds.push(elsewhere);
    if (name === 'DELETE') return this.#remove(event, grant);
    const eventType = name === 'REGISTER' || name === 'UPDATE' ? undefined : name;
    const push = { data: event.record, eventType: () => eventType };
    this.#keep(await applyPush(this.services, this.unit, grant, push));
  }

  #keep(written: Pushed): void {
    this.recordIds.push(written.id);
    this.written.push(written);
  }

  async #remove({ record }: NotifiedEvent, grant: Grant): Promise<void> {
    const { definition, recordType } = grant;
    const { vault, clock } = this.services;
    if (!grant.identifiable) throw new RecordInvalid('', 'cannot be removed: the agreement does not cover identifiers');
    await assertOwnType(this.unit, { registry: definition.registry, recordType: recordType.name });
    const { draft, match, found } = await findPushed(this.unit, grant, record, clock());
    // Whether there is such a record outside the agreement's rows is not the partner's to know.
    if (match.refused !== undefined && match.candidates.every((candidate) => isInRows(grant, candidate)))
      throw match.refused;
    if (found === undefined || !isInRows(grant, found)) return;
    assertSamePerson(recordType, found, draft);
    const gone = await deleteRecord(this.unit, vault, found.id, clock());
    if (gone !== undefined) this.recordIds.push(gone.id);
  }

  /** @param grant for the event's own registry, where it is told to that */
  #deathOf(of: RegistryDefinition, event: NotifiedEvent, to: string, grant: Grant | undefined): Death | undefined {
    const recordType = findRecordType(of, event.recordType) ?? findRecordType(of);
    const target = this.services.registries.byName(to);
    if (recordType === undefined || target === undefined) return undefined;
    const { identifiers, data } = draftRecord(of, recordType, [], event.record, this.services.clock());
    const path = resolveName(of, recordType, 'death_date')?.path ?? 'death_date';
    const [deathDate] = valuesAt([data], path.split('.'));
    if (typeof deathDate !== 'string') throw new RecordInvalid(path, 'is missing: without it nobody is marked');
    if (grant !== undefined && !covers(grant.clamp, path))
      throw new RecordInvalid('', `is not taken over: the agreement does not cover ${path}`);
    const agreements = this.gate.allowed && target === this.definition ? this.gate.agreements : undefined;
    return { definition: target, identifiers, deathDate, agreements };
  }

  async #markDeath(event: NotifiedEvent, death: Death): Promise<void> {
    const { marked, doubts } = await markDeath(this.services, this.unit, death);
    for (const one of marked) this.#keep(one);
    const [doubt] = doubts;
    if (doubt === undefined) return;
    // Told to that registry under its agreement, it is refused as any other push.
    if (doubt.mayBeTold && marked.length === 0) throw doubt.refusal;
    this.unmarked.push({
      referenceId: event.referenceId,
      registry: death.definition.registry,
      reason: textOf(doubt.refusal),
    });
  }
}

const namesOf = ({ events }: RegistryDefinition): string => events.map(({ name }) => name).join(', ');
