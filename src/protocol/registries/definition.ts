/**
 * A registry as data. From one definition follow validation, searchable attributes and their SQL, sorting, record
 * types, identifier types, event types, defaults, OpenAPI text and the GraphQL query schema.
 */
import type { Operation } from '../vocabulary.js';

/** One coded value of the dictionary: its code and the label people write instead. */
export interface Code {
  code: string;
  label: string;
  /** Other words read for it, for example `F` for `female`. */
  also?: string[];
}

/** Type of a leaf, which decides how values are read and compare; `identifier` is text that names somebody. */
export type ScalarType = 'string' | 'identifier' | 'number' | 'integer' | 'boolean' | 'date' | 'json';

/** A property of a dictionary class: a leaf, a coded leaf, or another class by name; `list` where the dictionary says `@container`. */
export type PropertyDefinition = { list?: boolean; description?: string } & (
  { type: ScalarType } | { codes: string } | { class: string }
);

/** A class of the dictionary (Person, Address, …): property name in the dictionary's spelling → definition. */
export interface ClassDefinition {
  name: string;
  /** The JSON-LD file of the class, emitted as `@context`. */
  context?: string;
  description?: string;
  properties: Record<string, PropertyDefinition>;
  /**
   * Old or foreign spellings that are read on input → the dictionary's, which is what we store and write. Either side may
   * be a dotted path, for a value that older forms keep elsewhere; `.` says that the members of that object are our own
   * (`demographic_info.person.sex`). Case, `_` and `-` never need an entry.
   */
  spellings?: Record<string, string>;
  /** The property that stands for the whole object where a search names only the object: `identifier_value` of an Identifier. */
  value?: string;
}

export interface RecordTypeDefinition {
  /** As written in `reg_record_type` (bare, without prefix). */
  name: string;
  /** Other names read for it (contract, Registries). */
  aliases: string[];
  /** Root class of its records. */
  class: string;
  /** `@type` of emitted records. */
  typeName: string;
  /** Dotted paths that hold a record's own identifiers, for example `identifier` or `member_identifier`. */
  identifierPaths: string[];
  /**
   * Stored types of identifiers that say which record is meant. All others may be shared by several records (the number of
   * a marriage, a household, a telephone): nobody is matched by them.
   */
  identifying: string[];
  /** A record that has nothing at `unless` stands for a household as a whole: it is identified by these, kept at `path`. */
  otherwise?: { unless: string; path: string; identifying: string[] };
  /** One subject has several records of this type, told apart by what stands at this path: a beneficiary has one per programme. */
  severalPerSubject?: string;
  /**
   * Paths of persons inside a record who are somebody else than its subject, for example `member_list`, or of nothing but
   * their identifiers, for example `parent1_identifier`; consent is asked for each.
   */
  memberPaths: string[];
  /** Names of protocol 3.2 and others → canonical path. The path may be a branch: with `name` → `member.name`, `name.surname` is read too. */
  attributeAliases: Record<string, string>;
}

export interface EventTypeDefinition {
  /** The name we emit. */
  name: string;
  /** Other names read for it; all names compare without case, `_`, `-` and any prefix up to the last `:`. */
  aliases: string[];
  /** Whether the domain's notify schema lists it; where not, `reg_event_type` is left out (protocol 5). */
  emitted: boolean;
  /**
   * Which records show that their subject had the event, for searches by event: those that hold a date, every one, or none
   * that can be found. Left out where records do not tell: such a search is refused.
   */
  shownBy?: { date: string } | 'EVERY_RECORD' | 'NO_RECORD';
}

export interface RegistryDefinition {
  /** Name in GraphQL and in the database: SOCIAL, CRVS, … */
  registry: string;
  title: string;
  /** First path segment, then other segments read for it: `['social', 'sr']`. */
  paths: string[];
  /** Default `reg_type`, for example `ns:org:RegistryType:Social`. */
  regType: string;
  /** Default `reg_record_type` on the wire, for example `spdci-extensions-dci:DisabledPerson`; the prefix is kept when we write. */
  recordTypePrefix: string;
  /** First is the default. */
  recordTypes: RecordTypeDefinition[];
  events: EventTypeDefinition[];
  /** Spellings that the domain's SubscriptionInfo lists, where it does; others are left out there (protocol 3.5). */
  subscribedEvents?: string[];
  /** Identifier types read beside the dictionary's → the stored one, for example `national_id` → `UIN`. Compared without case, `_` and `-`. */
  identifierTypes: Record<string, string>;
  /** What its published schema of search answers has as `reg_records`: one record an item, or a list where left out (protocol 1.4). */
  searchRecords?: 'object';
  /** Where `reg_records` must differ from an array, per message (protocol 1.4). */
  txnStatusRecords: 'array' | 'object';
  /** Operations this registry serves. */
  operations: Operation[];
  /** Classes of the dictionary that its record types reach, by name. */
  classes: Record<string, ClassDefinition>;
  /** Code lists of its own, beside the dictionary's in `codes.ts`. */
  codes?: Record<string, Code[]>;
}

/** A searchable leaf, derived from a record type by walking its classes. */
export interface Attribute {
  /** Canonical dotted path, `address.postal_code`. */
  path: string;
  type: ScalarType;
  /** Code list, where coded. */
  codes?: Code[];
  /** Whether the path crosses a list. */
  many: boolean;
  /** Where the list of `codes` is open: other values are stored and compared as they are. */
  open?: boolean;
}
