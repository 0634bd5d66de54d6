/** Why something that was owed, or made earlier, does not leave: codes, each with the words that stand in its row. */
export const WITHHELD = {
  CONSENT_ENDED: 'a consent that it rests on has ended',
  MESSAGE_CONSENT_ENDED: 'a consent that came with the message has ended',
  CONSENT_NOT_ANSWERED: 'whoever keeps a consent that it rests on does not say now whether it stands',
  NOT_CONSENTED: 'the person has not consented',
  REGISTRY_GONE: 'its registry is not served any more',
  RECORD_TYPE_GONE: 'its record type is not served any more',
  SENDER_GONE: 'its sender is gone',
  SUBJECT_GONE: 'its subscription, event or registry is gone',
  SUBSCRIPTION_EXPIRED: 'the subscription has expired',
  CONSENT_NEEDED_NOW: 'the agreement asks for consent now',
  FEWER_FIELDS: 'the agreement covers fewer fields now',
  CERTAIN_ROWS: 'the agreement was changed, and covers certain rows only',
  OUTSIDE_ROWS: 'the record lies outside the rows that the agreement covers',
  NOTHING_COVERED: 'the agreement covers nothing of the record',
  NO_IDENTIFIERS: 'the agreement does not cover identifiers',
  NARROWED: 'what the subscriber may see was narrowed after the first attempt',
  RECORD_NOT_KEPT: 'the record as the event made it is no longer kept',
  MESSAGE_NOT_KEPT: 'its message was deleted by retention',
  NO_MESSAGE: 'it has no message',
  NO_TIME_LEFT: 'no time of its frequency is left',
  NUMBER_IN_USE: 'its number is in use again, and the receiver was told since of who has it',
  NOT_MATCHED: 'the record as the event made it does not match its subscription',
  NOT_MADE: 'the gateway could not make its message: the log says why',
} as const;

export type Withheld = keyof typeof WITHHELD;

const CODES = new Map(Object.entries(WITHHELD).map(([code, text]) => [text as string, code as Withheld]));
const RELEASED_BEFORE = 'what it tells may not be released any more: ';

/** Of what was released once. */
export const noLonger = (why: string): string => `${RELEASED_BEFORE}${why}`;

/** The code of what stands in a row; undefined where the words are of somebody else, or of a decision. */
export const withheldOf = (text: string): Withheld | undefined =>
  CODES.get(text.startsWith(RELEASED_BEFORE) ? text.slice(RELEASED_BEFORE.length) : text);
