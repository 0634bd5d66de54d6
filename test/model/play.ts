/** Plays a history against a gateway, and compares everything that a partner gets with what the oracle lets it have. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import type { TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox, type Received } from '../support/inbox.js';
import { createPartner, fetchToken, type Answer } from '../support/partner.js';
import { until } from '../support/until.js';
import { answered, difference, expectTrue, same, sorted, stable, withoutChance } from './compare.js';
import { callback, DOORS, plain, readEnvelope, selected, withEncryptionKey, type Caller, type Told } from './doors.js';
import { PUT_OFF_MS, within, type Ground } from './ground.js';
import { at, birthDateOf, heldOf, householdOf, KINDS, markOf, uinOf, type Kind, type Person } from './kinds.js';
import {
  agreementFor,
  holdersOf,
  notification,
  prune,
  search,
  verify,
  type Question,
  type Verdict,
  type Verified,
} from './oracle.js';
import { mayHave } from './marks.js';
import { spoken, type Speech } from './speech.js';
import { PURPOSES, SURNAMES, type AgreementDraft, type Field, type History, type Step, type StepOf } from './steps.js';
import { keyOf, type Agreement, type Consent, type Data, type Held, type World } from './world.js';

const SENDERS = ['alpha', 'beta', 'gamma'];
const OF_RIGHTS = new Set<Step['do']>(['agree', 'end', 'expire', 'suspend', 'activate', 'rotate']);
const KINDS_OF_SENDERS = ['ministry', 'ministry', 'hospital'];

/** What one of two worlds does not have, or has otherwise. */
export interface Hidden {
  /** Persons who are not registered. */
  person?: number;
  /** Senders who do nothing. */
  senders?: number[];
  /** Given names and birth dates are others. */
  values?: boolean;
}

interface Subscription {
  code: string;
  sender: string;
  kind: Kind;
  event: string;
  purpose: string | null;
}

interface Waiting {
  to: Subscription;
  held: Held;
}

interface Sent {
  envelope: JsonObject;
  path: string;
  transactionId: string;
}

/** What left for whom: the report of a person must name each. */
export interface Release {
  sender: string;
  registry: string;
  uin: string;
  how: string;
  /** Within a household's record. */
  inside: boolean;
}

export class Play {
  /** Records made so far. */
  private made = 0;
  readonly world: World = { senders: [], agreements: [], consents: [], records: new Map() };
  readonly releases: Release[] = [];
  /** What may have left while a fault kept the answer, and may have not. */
  readonly perhaps: Release[] = [];
  /** How often what was seen: a world in which all is refused shows nothing. */
  readonly seen = { refused: 0, none: 0, some: 0, notified: 0, faults: 0, kept: 0, answered: 0 };
  /** Every version that anybody was ever registered with. */
  private readonly past: Held[] = [];
  private readonly people = new Map<string, Person>();
  private callers: Caller[] = [];
  private subscriptions: Subscription[] = [];
  /** Told while the sender is suspended: they wait. */
  private waiting: Waiting[] = [];
  private expected: { sender: string; record: Data; uin: string }[] = [];
  private readonly sent: Sent[][] = [[], [], []];
  private heard: number[] = [0, 0, 0];
  /** Ids of messages: what comes again after a fault is the same one. */
  private readonly known = new Set<string>();
  /** While a fault comes and goes: the world before and after what is changed in it. */
  private either: World[] | undefined;
  /** Whether the step is one with a fault: which callbacks come of it depends on the moment, and no notification does. */
  private broken = false;
  /** All that each sender was told, by answer and by message, with ids and times taken out. */
  readonly transcript: string[][] = [[], [], []];

  private readonly kinds: Kind[];

  private constructor(
    other: number,
    private readonly hidden: Hidden,
    private readonly ground: Ground,
  ) {
    this.kinds = [KINDS[0] as Kind, KINDS[other] as Kind];
  }

  /** @param hidden where two worlds differ; see twins.test.ts */
  static async start({ beginning }: History, hidden: Hidden = {}, ground = within()): Promise<Play> {
    const play = new Play(beginning.other, hidden, await ground);
    try {
      await play.begin(beginning);
    } catch (error) {
      await play.close();
      throw error;
    }
    return play;
  }

  async close(): Promise<void> {
    await this.ground.close();
    for (const { inbox } of this.callers) await inbox.close();
  }

  get url(): string {
    return this.ground.gateway.url;
  }

  get store(): TestGateway['database'] {
    return this.ground.gateway.database;
  }

  /** In a fault again and again, until it is done. */
  admin<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const send = () => this.ground.gateway.admin<T>(query, variables);
    return this.either === undefined ? send() : (until(() => send().catch(() => null)) as Promise<T>);
  }

  private async begin(beginning: History['beginning']): Promise<void> {
    const { suppressBelow, dialects, agreements, people, consents } = beginning;
    const callers = SENDERS.map(async (id, index) => {
      const dialect = dialects[index] ?? 'DCI';
      const strict = dialect === 'DCI';
      const inbox = await startInbox(this.url, 'DCI', strict);
      const few = index === 2 ? suppressBelow : 0;
      const kind = KINDS_OF_SENDERS[index] as string;
      const sender = {
        organizationKind: kind,
        notifyUri: `${inbox.url}/notify`,
        autoApproveSubscriptions: true,
        rateLimitPerMinute: 100_000,
        suppressCountsBelow: few,
        dialect,
      };
      // What is told while something breaks depends on the moment.
      const onAnswer = (path: string, answer: Answer) =>
        this.either === undefined ? void this.transcript[index]?.push(answered(path, answer)) : undefined;
      const partner = await createPartner(this.ground.gateway, {
        senderId: id,
        agreements: [],
        sender,
        onAnswer,
        strict,
      });
      const decrypt = await withEncryptionKey(this.ground.gateway, id);
      this.world.senders[index] = { id, kind, suspended: false, suppressBelow: few, dialect };
      return { partner, inbox, decrypt, gatewayUrl: this.url, onAnswer };
    });
    this.callers = await Promise.all(callers);
    await Promise.all(
      people.map((person, index) => this.change({ do: 'change', kind: index % 2, person: index >> 1, ...person })),
    );
    await this.upsert(
      householdOf(
        1,
        [0, 1, 2].map((index) => this.personOf(KINDS[0] as Kind, index)),
      ),
    );
    await Promise.all(
      agreements.map((agreement, index) => this.agree({ do: 'agree', sender: index >> 1, kind: index % 2, agreement })),
    );
    await Promise.all(consents.map((each) => this.consent({ do: 'consent', ...each })));
    await sleep(this.ground.knownAfterMs);
    // One after another at one inbox, and all inboxes at once.
    await Promise.all(
      SENDERS.map(async (_, sender) => {
        if (this.hidden.senders?.includes(sender) === true) return;
        for (const kind of [0, 1])
          await this.subscribe({
            do: 'subscribe',
            sender,
            kind,
            event: 'UPDATE',
            purpose: PURPOSES[kind] as string | null,
          });
      }),
    );
    await this.settle();
  }

  async step(step: Step): Promise<void> {
    if ('sender' in step && step.sender !== null && this.hidden.senders?.includes(step.sender)) return;
    this.broken = step.do === 'fault';
    await (this[step.do] as (step: Step) => Promise<void>)(step);
    if (OF_RIGHTS.has(step.do)) await sleep(this.ground.knownAfterMs);
    await this.settle();
  }

  // --- what partners do ---------------------------------------------------------------------------------------------

  private async search({ sender, kind: number, person, by, door, purpose, scope }: StepOf<'search'>): Promise<void> {
    const kind = this.kinds[number] as Kind;
    const asked = this.asked(kind, person, by);
    const named = asked.every(({ type }) => type !== undefined);
    const oneIdentifier = named && asked.length === 1;
    if ((door === 'idtype' || door === 'graphql' || door === 'upload') && !oneIdentifier) return;
    const stated = door === 'short' || door === 'upload' ? null : purpose;
    const question: Question = {
      sender: SENDERS[sender] as string,
      registry: kind.registry,
      recordType: kind.recordType,
      operation: door === 'upload' ? 'BULK_SEARCH' : 'SEARCH',
      purpose: stated,
      scope,
      where: asked.map(({ path, value }) => ({ path, value })),
    };
    const where = Object.fromEntries(asked.map(({ path, type, value }) => [type ?? path, value]));
    const asking = { kind, where, purpose: stated };
    const told = await this.ask(async () => {
      const caller = scope === null ? this.caller(sender) : await this.scoped(sender, scope);
      return caller === undefined ? NO_TOKEN : (DOORS[door] as (typeof DOORS)[string])(caller, asking);
    });
    const judge = (world: World) => {
      const verdict = search(world, question);
      return door === 'graphql' ? narrowed(verdict, selected(kind)) : verdict;
    };
    this.compare(told, judge, sender, `${door} by ${by}`, kind);
  }

  private async household({ sender, purpose }: StepOf<'household'>): Promise<void> {
    const kind = { registry: 'SOCIAL', path: 'social', recordType: 'Group', person: '' };
    const question: Question = {
      sender: SENDERS[sender] as string,
      registry: 'SOCIAL',
      recordType: 'Group',
      operation: 'SEARCH',
      purpose,
      where: [{ path: 'group_identifier', value: 'H-1' }],
    };
    const asking = { kind, where: { HOUSEHOLD_ID: 'H-1' }, purpose };
    const told = await this.ask(() => (DOORS['expression'] as (typeof DOORS)[string])(this.caller(sender), asking));
    this.compare(told, (world) => search(world, question), sender, 'household', kind);
  }

  private async verify({ sender, kind: number, person, claim, truth }: StepOf<'verify'>): Promise<void> {
    const kind = this.kinds[number] as Kind;
    const path = at(kind.person, claim);
    const real = this.people.get(markOf(kind, person));
    const value =
      claim === 'sex'
        ? (real?.sex === 'female') === truth
          ? 'female'
          : 'male'
        : claim === 'birth_date'
          ? birthDateOf(kind, truth ? person : 3 - person)
          : `gn-${markOf(kind, person)}-v${(real?.version ?? 0) + (truth ? 0 : 7)}`;
    const { partner } = this.caller(sender);
    const message = {
      transaction_id: randomUUID(),
      sender_id: partner.senderId,
      registry: kind.path,
      verify: { UIN: uinOf(kind, person), [path]: value },
    };
    const question: Question = {
      sender: partner.senderId,
      registry: kind.registry,
      recordType: kind.recordType,
      operation: 'VERIFY',
      purpose: null,
      where: [{ path: kind.identifiers, value: uinOf(kind, person) }],
    };
    const told = await this.ask(async () => {
      const { status, body } = await partner.postHttpSigned('/dci/v1/verify', message);
      return { refused: status !== 200, text: JSON.stringify(body), records: [], total: 0 };
    });
    // A claim is the sender's own word.
    this.listen(sender, told.text, [value, uinOf(kind, person)]);
    const { registry } = kind;
    const release = { sender: partner.senderId, registry, uin: uinOf(kind, person), how: 'VERIFY', inside: false };
    if (this.isKept(told)) return void this.perhaps.push(release);
    const wanted = (this.either ?? [this.world]).map((world) => verifiedAs(verify(world, question, { [path]: value })));
    const got = verifiedAs(told.refused ? { refused: true } : (JSON.parse(told.text) as Verified));
    expectTrue(wanted.includes(got), `verify: got ${told.text}, wanted ${wanted.join(' or ')}`);
    if (got.includes('"found":true')) this.releases.push(release);
  }

  private async special({ sender, person, what }: StepOf<'special'>): Promise<void> {
    const [kind, member, operation, own] = (
      {
        disabled: [KINDS[2], 'disabled', 'DISABLED', 'disability_status'],
        'get-disability-details': [KINDS[2], 'disabled', 'DISABILITY_DETAILS', 'disability_details'],
        enrolled: [KINDS[4], 'enrolled', 'ENROLLED', 'enrollment_status'],
      } as const
    )[what as 'enrolled'] as unknown as [Kind, string, string, string];
    if (!this.kinds.includes(kind)) return;
    const { partner } = this.caller(sender);
    const uin = uinOf(kind, person);
    const message = {
      transaction_id: randomUUID(),
      [`${member}_criteria`]: { query_type: 'idtype-value', query: { type: 'UIN', value: uin } },
    };
    const answer = await partner.send(`${kind.path}/registry/sync/${what}`, 'search', message);
    const text = JSON.stringify(answer.body);
    this.listen(sender, text, [uin]);
    const verdict = search(this.world, {
      sender: partner.senderId,
      registry: kind.registry,
      recordType: kind.recordType,
      operation,
      purpose: null,
      where: [{ path: kind.identifiers, value: uin }],
    });
    const covered = !verdict.refused && verdict.records.some((record) => record[own] !== undefined);
    const saysYes = /"(disabled|enrolled)_status":"yes"|"impairment_type"/.test(text);
    same(saysYes, covered, `${what} ${text}`);
    // Whose consent leaves out what is asked is found all the same, and told of as whoever has none of it.
    const [item] = Object.values(answer.body.message ?? {}).find(Array.isArray) ?? [];
    if (item?.status === 'succ' && !verdict.refused && verdict.total === 1)
      this.releases.push({ sender: partner.senderId, registry: kind.registry, uin, how: operation, inside: false });
  }

  private async subscribe({ sender, kind: number, event, purpose }: StepOf<'subscribe'>): Promise<void> {
    const kind = this.kinds[number] as Kind;
    const { partner, inbox } = this.caller(sender);
    if (
      this.subscriptions.some((each) => each.sender === partner.senderId && each.kind === kind && each.event === event)
    )
      return;
    const message = {
      transaction_id: randomUUID(),
      subscribe_request: [
        {
          reference_id: 's',
          timestamp: new Date().toISOString(),
          subscribe_criteria: {
            reg_event_type: event,
            filter: {},
            notify_record_type: kind.recordType,
            ...(purpose === null ? {} : { authorize: { purpose: { code: purpose } } }),
          },
        },
      ],
    };
    const before = inbox.received.length;
    const ack = await partner.send(`${kind.path}/registry/subscribe`, 'subscribe', message, {
      sender_uri: `${inbox.url}/on-subscribe`,
    });
    const item =
      ack.status === 202
        ? (await callback(inbox, before, 'on-subscribe')).body.message.subscribe_response[0]
        : undefined;
    const { registry, recordType } = kind;
    const question = { sender: partner.senderId, registry, recordType, operation: 'SUBSCRIBE', purpose };
    const may = agreementFor(this.world, question) !== undefined;
    same(item?.status === 'succ', may, `subscribe ${JSON.stringify(item ?? ack.body)}`);
    if (item?.status === 'succ')
      this.subscriptions.push({ code: item.subscriptions[0].code, sender: partner.senderId, kind, event, purpose });
  }

  private async unsubscribe({ sender }: StepOf<'unsubscribe'>): Promise<void> {
    const { partner, inbox } = this.caller(sender);
    const first = this.subscriptions.find((each) => each.sender === partner.senderId);
    if (first === undefined) return;
    const before = inbox.received.length;
    const message = {
      transaction_id: randomUUID(),
      timestamp: new Date().toISOString(),
      subscription_codes: [first.code],
    };
    const ack = await partner.send(`${first.kind.path}/registry/unsubscribe`, 'unsubscribe', message, {
      sender_uri: `${inbox.url}/on-unsubscribe`,
    });
    if (ack.status !== 202) return;
    const { body } = await callback(inbox, before, 'on-unsubscribe');
    // What receivers of OpenSPP get has no status in the header.
    const ended = (body.message.subscription_status ?? []).some(
      ({ status }: { status: string }) => status === 'unsubscribe',
    );
    if (ended) this.subscriptions = this.subscriptions.filter((each) => each !== first);
  }

  /** The very message again: the same answer as long as all that it rested on stands, else a refusal. */
  private async again({ sender, which }: StepOf<'again'>): Promise<void> {
    const sent = this.sent[sender] as Sent[];
    const one = sent[which % Math.max(sent.length, 1)];
    if (one === undefined) return;
    const answer = await this.caller(sender).partner.post(one.path, one.envelope);
    this.listen(sender, JSON.stringify(answer.body), []);
  }

  private async status({ sender, which }: StepOf<'status'>): Promise<void> {
    const sent = this.sent[sender] as Sent[];
    const one = sent[which % Math.max(sent.length, 1)];
    if (one === undefined) return;
    const { partner } = this.caller(sender);
    const message = {
      transaction_id: randomUUID(),
      txnstatus_request: {
        reference_id: 'x',
        txn_type: 'search',
        attribute_type: 'transaction_id',
        attribute_value: one.transactionId,
      },
    };
    const answer = await partner.send(`${one.path.split('/')[3]}/registry/sync/txn/status`, 'txn-status', message);
    this.listen(sender, JSON.stringify(answer.body), []);
  }

  /** What the API shows a sender of its own traffic. */
  private async own({ sender }: StepOf<'own'>): Promise<void> {
    const query = `{ transactions(first: 20) { nodes { id operation status requestData responseData accessDecision } } }`;
    const { body } = await this.caller(sender).partner.postHttpSigned('/graphql', { query });
    for (const node of body.data?.transactions?.nodes ?? [])
      this.listen(
        sender,
        JSON.stringify([node.responseData, node.accessDecision]),
        JSON.stringify(node.requestData).match(/[UX]-\w+/g) ?? [],
      );
  }

  /** A signed search that is kept, to be sent again and asked about. */
  private async resend({ sender }: StepOf<'resend'>): Promise<void> {
    const { partner } = this.caller(sender);
    for (const kind of this.kinds) {
      const transactionId = randomUUID();
      const message = {
        transaction_id: transactionId,
        search_request: [
          {
            reference_id: 'k',
            timestamp: new Date().toISOString(),
            search_criteria: { query_type: 'idtype-value', query: { type: 'UIN', value: uinOf(kind, 0) } },
          },
        ],
      };
      const envelope = await partner.envelope('search', message);
      const path = `/dci/v1/${kind.path}/registry/sync/search`;
      const told = readEnvelope(await partner.post(path, envelope));
      const where = [{ path: kind.identifiers, value: uinOf(kind, 0) }];
      const { registry, recordType } = kind;
      const question = { sender: partner.senderId, registry, recordType, operation: 'SEARCH', purpose: null, where };
      this.compare(told, (world) => search(world, question), sender, 'idtype again', kind);
      (this.sent[sender] as Sent[]).push({ envelope, path, transactionId });
    }
  }

  // --- what the ministry does ---------------------------------------------------------------------------------------

  private async change(step: Omit<StepOf<'change'>, 'do'> & { do: string }): Promise<void> {
    const held = this.nextVersion(step);
    if (held !== undefined) await this.upsert(held);
  }

  private nextVersion({ kind: number, person, sex, surname }: Omit<StepOf<'change'>, 'do'>): Held | undefined {
    const kind = this.kinds[number] as Kind;
    if (person === this.hidden.person) return undefined;
    const mark = markOf(kind, person);
    const version = (this.people.get(mark)?.version ?? 0) + 1;
    const next = { index: person, sex, surname, version };
    this.people.set(mark, next);
    return heldOf(kind, next, this.hidden.values === true ? 'z' : 'v');
  }

  private async upsert(held: Held): Promise<void> {
    const { registry, recordType, identifiers, data } = held;
    const known = this.world.records.get(keyOf(held));
    const record = (held.record = known?.record ?? (this.made += 1));
    this.past.push(held);
    const { upsertRecords } = await this.admin<{ upsertRecords: { refused: number } }>(
      `mutation ($registry: Registry!, $records: [RecordInput!]!) { upsertRecords(registry: $registry, records: $records) { refused } }`,
      {
        registry,
        records: [
          {
            recordType,
            identifiers: identifiers.map((each) => ({ type: each.identifier_type, value: each.identifier_value })),
            data: structuredClone(data),
          },
        ],
      },
    );
    same(upsertRecords.refused, 0, 'upsert');
    this.world.records.set(keyOf(held), held);
    for (const consent of this.world.consents)
      if (consent.givenFor.size === 0 && holdersOf(this.world, consent.registry, consent.identifier).includes(held))
        consent.givenFor.add(record);
    this.tell(held, known === undefined ? 'REGISTER' : 'UPDATE');
  }

  private async delete({ kind: number, person }: StepOf<'delete'>): Promise<void> {
    const kind = this.kinds[number] as Kind;
    const one = this.people.get(markOf(kind, person));
    const held = one === undefined ? undefined : this.world.records.get(keyOf(heldOf(kind, one)));
    if (held === undefined) return;
    await this.admin(
      `mutation ($registry: Registry!, $identifier: IdentifierInput!, $recordType: String) { deleteRecord(registry: $registry, identifier: $identifier, recordType: $recordType) { id } }`,
      { registry: kind.registry, identifier: { type: 'UIN', value: uinOf(kind, person) }, recordType: kind.recordType },
    );
    this.world.records.delete(keyOf(held));
    this.tell(held, 'DELETE');
  }

  private tell(held: Held, event: string): void {
    for (const to of this.subscriptions)
      if (to.kind.registry === held.registry && to.kind.recordType === held.recordType && to.event === event)
        this.waiting.push({ to, held });
  }

  private async agree({
    sender,
    kind: number,
    agreement: draft,
  }: Omit<StepOf<'agree'>, 'do'> & { do: string }): Promise<void> {
    const kind = this.kinds[number] as Kind;
    const { fields, row, ...rest }: AgreementDraft = draft;
    const id = SENDERS[sender] as string;
    const paths = pathsOf(kind, fields);
    const before = this.inForce(id, kind.registry);
    const input = {
      ...rest,
      legalBasis: 'PUBLIC_TASK',
      fields: paths,
      rowFilter: row === null ? null : { [at(kind.person, 'sex')]: { $eq: row } },
    };
    if (before !== undefined) {
      await this.admin(
        `mutation ($id: ID!, $input: UpdateAgreementInput!) { updateAgreement(id: $id, input: $input) { id } }`,
        { id: before.id, input: { ...input, validUntil: null } },
      );
      Object.assign(before, { ...rest, fields: paths, row, expired: false });
      return;
    }
    const { createAgreement } = await this.admin<{ createAgreement: { id: string } }>(
      `mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }`,
      { input: { ...input, senderId: id, registry: kind.registry } },
    );
    this.world.agreements.push({
      ...rest,
      id: createAgreement.id,
      sender: id,
      registry: kind.registry,
      fields: paths,
      row,
      ended: false,
      expired: false,
    });
  }

  private inForce(sender: string, registry: string): Agreement | undefined {
    return this.world.agreements.find((each) => each.sender === sender && each.registry === registry && !each.ended);
  }

  private async end({ sender, kind: number }: StepOf<'end'>): Promise<void> {
    const agreement = this.inForce(SENDERS[sender] as string, (this.kinds[number] as Kind).registry);
    if (agreement === undefined) return;
    await this.admin(`mutation ($id: ID!) { endAgreement(id: $id) { id } }`, { id: agreement.id });
    agreement.ended = true;
  }

  private async expire({ sender, kind: number }: StepOf<'expire'>): Promise<void> {
    const agreement = this.inForce(SENDERS[sender] as string, (this.kinds[number] as Kind).registry);
    if (agreement === undefined) return;
    await this.admin(
      `mutation ($id: ID!, $input: UpdateAgreementInput!) { updateAgreement(id: $id, input: $input) { id } }`,
      { id: agreement.id, input: { validUntil: new Date().toISOString() } },
    );
    agreement.expired = true;
  }

  private async consent({
    kind: number,
    person,
    sender,
    fields,
    purposes,
  }: Omit<StepOf<'consent'>, 'do'> & { do: string }): Promise<void> {
    const kind = this.kinds[number] as Kind;
    const to = sender === null ? { organizationKind: 'ministry' } : { senderId: SENDERS[sender] };
    await this.grant(kind.registry, { type: 'UIN', value: uinOf(kind, person) }, to, pathsOf(kind, fields), purposes);
  }

  private householdConsent({ sender }: StepOf<'householdConsent'>): Promise<void> {
    const identifier = { type: 'HOUSEHOLD_ID', value: 'H-1' };
    return this.grant('SOCIAL', identifier, { senderId: SENDERS[sender] }, ['*'], null);
  }

  private async grant(
    registry: string,
    identifier: { type: string; value: string },
    to: { senderId?: string; organizationKind?: string },
    fields: string[],
    purposes: string[] | null,
  ): Promise<void> {
    const { senderId: sender = null, organizationKind = null } = to;
    const about = { registry, identifier: identifier.value, sender, organizationKind, fields, purposes };
    const holders = holdersOf(this.world, registry, identifier.value);
    const givenFor = new Set(holders.flatMap(({ record }) => record ?? []));
    const consent: Consent = { id: '', ...about, revoked: false, givenFor };
    // Before the answer comes, so that several at once stand in the order of the history.
    this.world.consents.push(consent);
    const { grantConsent } = await this.admin<{ grantConsent: { id: string } }>(
      `mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { id } }`,
      { input: { registry, identifier, fields, purposes, ...to } },
    );
    consent.id = grantConsent.id;
  }

  private async revoke({ which }: StepOf<'revoke'>): Promise<void> {
    const consent = this.world.consents[which % Math.max(this.world.consents.length, 1)];
    if (consent?.revoked !== false) return;
    await this.admin(`mutation ($id: ID!) { revokeConsent(id: $id) { id } }`, { id: consent.id });
    consent.revoked = true;
  }

  private async suspend({ sender }: StepOf<'suspend'>): Promise<void> {
    if (this.suspended(sender)) return;
    await this.admin(`mutation ($id: String!) { suspendSender(senderId: $id, reason: "test") { senderId } }`, {
      id: SENDERS[sender],
    });
    this.setSuspended(sender, true);
  }

  private async activate({ sender }: StepOf<'activate'>): Promise<void> {
    if (!this.suspended(sender)) return;
    await this.admin(`mutation ($id: String!) { activateSender(senderId: $id) { senderId } }`, { id: SENDERS[sender] });
    this.setSuspended(sender, false);
  }

  private suspended(sender: number): boolean {
    return this.world.senders[sender]?.suspended === true;
  }

  private setSuspended(sender: number, suspended: boolean): void {
    Object.assign(this.world.senders[sender] as object, { suspended });
  }

  private async rotate(_step: StepOf<'rotate'>): Promise<void> {
    const { generateServerKey } = await this.admin<{ generateServerKey: { kid: string } }>(
      'mutation { generateServerKey { kid } }',
    );
    await this.admin(`mutation ($kid: String!) { activateServerKey(kid: $kid) { kid } }`, {
      kid: generateServerKey.kid,
    });
  }

  private async restart(_step: StepOf<'restart'>): Promise<void> {
    await this.ground.restart();
  }

  /** What partners ask and the ministry changes while something breaks; it serves again soon after the end of it. */
  private async fault({ fault, beginsAfterMs, lastsMs, asks, change }: StepOf<'fault'>): Promise<void> {
    const { faults } = this.ground;
    if (faults === undefined) throw new Error('nothing can break here');
    const { begin, end } = faults[fault];
    const held = this.nextVersion(change);
    const after = { ...this.world, records: new Map(this.world.records) };
    if (held !== undefined) after.records.set(keyOf(held), held);
    this.either = [{ ...this.world, records: new Map(this.world.records) }, after];
    this.seen.faults += 1;
    try {
      // One of each sender: its callbacks are told apart by that.
      const under = asks.map((ask, sender) => (this[ask.do] as (step: Step) => Promise<void>)({ ...ask, sender }));
      if (held !== undefined) under.push(this.upsert(held));
      const all = Promise.all(under);
      all.catch(() => undefined);
      await sleep(beginsAfterMs);
      await begin();
      await sleep(lastsMs);
      await end();
      await until(() => this.isReady(), { timeoutMs: 20_000 });
      await all;
    } finally {
      this.either = undefined;
    }
  }

  private isReady(): Promise<boolean> {
    return fetch(`${this.url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  // --- what is checked ----------------------------------------------------------------------------------------------

  private compare(
    told: Told,
    judge: (world: World) => Verdict,
    sender: number,
    what: string,
    kind: { registry: string; recordType: string },
  ): void {
    this.listen(sender, told.text, []);
    const { dialect = 'DCI' } = this.world.senders[sender] ?? {};
    const speech = { dialect, registry: kind.registry, door: what.split(' ')[0] ?? '' } as const;
    const verdicts = (this.either ?? [this.world]).map(judge).map((verdict) => spokenIn(verdict, speech));
    const how = what.startsWith('upload') ? 'BULK_SEARCH' : 'SEARCH';
    const releasesOf = (verdict: Verdict): Release[] =>
      verdict.refused
        ? []
        : verdict.who.map((uin) => ({
            sender: SENDERS[sender] as string,
            registry: kind.registry,
            uin,
            how,
            inside: kind.recordType === 'Group' && uin.startsWith('U-'),
          }));
    if (this.isKept(told)) return void this.perhaps.push(...verdicts.flatMap(releasesOf));
    const differences = verdicts.map((verdict) => differenceOf(told, verdict));
    const verdict = verdicts[differences.indexOf(undefined)];
    if (verdict === undefined) throw new Error(`${what}: ${differences.join('\n or ')}`);
    this.seen[verdict.refused ? 'refused' : verdict.records.length === 0 ? 'none' : 'some'] += 1;
    this.releases.push(...releasesOf(verdict));
  }

  /** In a fault the connection may break, or the answer be that it comes later. */
  private async ask(send: () => Promise<Told>): Promise<Told> {
    if (this.either === undefined) return send();
    try {
      return await send();
    } catch (error) {
      if (isLost(error)) return { refused: true, text: UNAVAILABLE };
      throw error;
    }
  }

  private isKept(told: Told): boolean {
    const kept = this.either !== undefined && told.refused && told.text.includes(UNAVAILABLE);
    if (this.either !== undefined) this.seen[kept ? 'kept' : 'answered'] += 1;
    return kept;
  }

  /** Whatever a sender got, by whichever way: no mark of anybody in it that it may not have. */
  private listen(sender: number, text: string, own: string[]): void {
    const fault = mayHave(this.world, this.past, SENDERS[sender] as string, text, own);
    if (fault !== undefined) throw new Error(`${SENDERS[sender]} got ${fault}: ${text}`);
  }

  /** Waits until nothing is under way, and compares what the inboxes hold since. */
  async settle(): Promise<void> {
    // What is written down while a clock is ahead waits for that time to come.
    await until(async () => (await this.underWay()) === 0, { timeoutMs: PUT_OFF_MS });
    const { ready, resting } = this.due();
    this.waiting = resting;
    for (const { to, held } of ready) {
      const record = notification(this.world, to, held);
      if (record !== null)
        this.expected.push({ sender: to.sender, record, uin: held.identifiers[0]?.identifier_value ?? '' });
    }
    for (const [sender, { inbox }] of this.callers.entries()) this.hear(sender, inbox);
    this.expected = [];
  }

  private due(): { ready: Waiting[]; resting: Waiting[] } {
    const rests = ({ to }: Waiting) => this.world.senders.some(({ id, suspended }) => id === to.sender && suspended);
    return { ready: this.waiting.filter((each) => !rests(each)), resting: this.waiting.filter(rests) };
  }

  private hear(sender: number, inbox: Inbox): void {
    const since = inbox.received.slice(this.heard[sender]);
    this.heard[sender] = inbox.received.length;
    const fresh = since.filter(({ body }) => !this.known.has(body.header.message_id));
    for (const { body } of fresh) this.known.add(body.header.message_id);
    const once = fresh.filter(({ body }, index) => index === fresh.findIndex((each) => sameMessage(each.body, body)));
    const told = once.filter(({ body }) => body.header.action === 'notify');
    const lasting = this.broken ? told : once;
    this.transcript[sender]?.push(...lasting.map(({ path, text }) => withoutChance(`${path} ${text}`)).toSorted());
    for (const { verified, text } of since) {
      expectTrue(verified, `an unsigned message: ${text}`);
      this.listen(sender, text, []);
    }
    const mine = this.expected.filter((each) => each.sender === SENDERS[sender]);
    same(sorted(told.map(recordOf)), sorted(mine.map(({ record }) => record)), `notifications of ${SENDERS[sender]}`);
    this.seen.notified += mine.length;
    for (const { uin } of mine)
      this.releases.push({
        sender: SENDERS[sender] as string,
        registry: uin.replace(/U-|\d/g, ''),
        uin,
        how: 'NOTIFICATION',
        inside: false,
      });
  }

  private async underWay(): Promise<number> {
    const [row] = await this.ground.gateway.database.query<{ n: number }>(
      `select (select count(*) from transaction where status in ('RECEIVED', 'PENDING'))::int
            + (select count(*) from registry_event where fanned_out_at is null)::int
            + (select count(*) from delivery join sender using (sender_id)
               where delivery.state = 'PENDING' and (due_at is not null or sender.state = 'ACTIVE'))::int as n`,
    );
    return row?.n ?? 0;
  }

  // --- little helpers -----------------------------------------------------------------------------------------------

  private caller(sender: number): Caller {
    return this.callers[sender] as Caller;
  }

  /** @returns undefined where it gets no token, as one that is suspended */
  private async scoped(sender: number, scope: string): Promise<Caller | undefined> {
    const caller = this.caller(sender);
    const { clientId, clientSecret } = caller.partner;
    const token = await fetchToken(this.url, clientId, clientSecret, scope);
    if (token === '') return undefined;
    return { ...caller, partner: caller.partner.withToken(token) };
  }

  private personOf(kind: Kind, index: number): Person {
    return this.people.get(markOf(kind, index)) ?? { index, sex: 'female', surname: SURNAMES[0] as string, version: 0 };
  }

  private asked(kind: Kind, person: number, by: string): { path: string; type?: string; value: string }[] {
    const uin = { path: kind.identifiers, type: 'UIN', value: uinOf(kind, person) };
    const birth = { path: at(kind.person, 'birth_date'), value: birthDateOf(kind, person) };
    const table: Record<string, { path: string; type?: string; value: string }[]> = {
      identifier: [uin],
      passport: [{ path: kind.identifiers, type: 'PASSPORT', value: `X-${markOf(kind, person)}` }],
      surname: [{ path: at(kind.person, 'name.surname'), value: SURNAMES[person % 2] as string }],
      birth_date: [birth],
      sex: [{ path: at(kind.person, 'sex'), value: person % 2 === 0 ? 'female' : 'male' }],
      both: [uin, birth],
    };
    return table[by] as { path: string; type?: string; value: string }[];
  }
}

/** Paths of the dictionary for the words of the steps. */
function pathsOf(kind: Kind, fields: Field[]): string[] {
  const paths = fields.flatMap((field) => {
    if (field === '*') return ['*'];
    if (field === 'identifier') return [kind.identifiers];
    if (field === 'own') return Object.keys(kind.own);
    return [at(kind.person, field)];
  });
  return paths.length === 0 ? [at(kind.person, 'name')] : [...new Set(paths)];
}

const narrowed = (verdict: Verdict, to: string): Verdict =>
  verdict.refused
    ? verdict
    : { ...verdict, records: verdict.records.map((record) => (prune(record, '', [[to]]) ?? {}) as Data) };

const recordOf = ({ body }: Received): Data => plain(body.message.notify_event[0].data.reg_records as Data);

const UNAVAILABLE = 'err.service.unavailable';
const NO_TOKEN: Told = { refused: true, text: UNAVAILABLE };

/** As `fetch` says it, whose errors are of another realm than the test's. */
const isLost = (error: unknown): boolean => /^TypeError: (fetch failed|terminated)/.test(String(error));

/** @returns undefined where what was told is as it should be */
function differenceOf(told: Told, verdict: Verdict): string | undefined {
  if (verdict.refused) return told.refused || told.total === 0 ? undefined : `refused by the oracle, got ${told.text}`;
  if (told.refused) return `refused where the oracle allows ${JSON.stringify(verdict.records)}: ${told.text}`;
  const got = { total: told.total, records: sorted(told.records) };
  return difference(got, { total: verdict.total, records: sorted(verdict.records) });
}

const verifiedAs = (answer: Verified): string => {
  if (answer.refused) return 'refused';
  const { found, verified } = answer;
  return stable({ found, verified });
};

const sameMessage = (one: Received['body'], two: Received['body']): boolean =>
  one.header.message_id === two.header.message_id;

const spokenIn = (verdict: Verdict, speech: Speech): Verdict =>
  verdict.refused ? verdict : { ...verdict, records: verdict.records.map((record) => spoken(record, speech)) };
