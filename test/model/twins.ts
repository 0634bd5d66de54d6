/**
 * Two worlds that differ only in what a partner may not know tell that partner the same, to the byte, ids and times
 * aside: answers, counts, order, texts of errors, status codes, headers, sequence numbers.
 */
import { assert, asyncProperty, type Arbitrary } from 'fast-check';
import type { Ground } from './ground.js';
import { Play, type Hidden } from './play.js';
import { inStep, parameters, tally } from './proof.js';
import type { AgreementDraft, History, Step } from './steps.js';

/** The partner that may not know: the first sender. */
const PARTNER = 0;
/** Whoever it may not know of is the last person of each kind. */
const PERSON = 3;

interface Difference {
  /** What the agreements of the partner are limited to. */
  agreed: Partial<AgreementDraft>;
  hidden: Hidden;
}

export const NOT_CONSENTED: Difference = { agreed: { requiresConsent: true }, hidden: { person: PERSON } };

export const DIFFERENCES: [string, Difference][] = [
  [
    'the value of a field outside its agreement',
    { agreed: { fields: ['identifier'], row: null }, hidden: { values: true } },
  ],
  ['a record outside its rows', { agreed: { row: 'female' }, hidden: { person: PERSON } }],
  ['a person who did not consent', NOT_CONSENTED],
  ['all that other partners do', { agreed: {}, hidden: { senders: [1, 2] } }],
];

/** @returns how many pairs were */
export async function areTwins(
  histories: Arbitrary<History>,
  { agreed, hidden }: Difference,
  ground: () => Promise<Ground>,
): Promise<number> {
  const seen = tally();
  await assert(
    asyncProperty(histories, async (made) => {
      const fitted = fit(made, agreed, hidden);
      const [one, two] = await Promise.all([{}, hidden].map((what) => transcriptOf(fitted, what, ground())));
      if (one === undefined || two === undefined) throw new Error('no pair was played');
      const at = one.findIndex((line, index) => line !== two[index]);
      const around = (lines: string[]) => lines.slice(Math.max(0, at - 2), at + 2).join('\n  ');
      if (at >= 0 || one.length !== two.length) throw new Error(`differs\n  ${around(one)}\nand\n  ${around(two)}`);
      seen.add({ pairs: 1 });
    }),
    parameters(1),
  );
  seen.tell();
  return seen.counts['pairs'] ?? 0;
}

async function transcriptOf(made: History, hidden: Hidden, ground: Promise<Ground>): Promise<string[]> {
  const play = await Play.start(made, hidden, ground);
  try {
    for (const [index, step] of made.steps.entries()) {
      play.transcript[PARTNER]?.push(`step ${index} ${JSON.stringify(step)}`);
      await inStep({ index, steps: made.steps }, () => play.step(step));
    }
    return play.transcript[PARTNER] as string[];
  } finally {
    await play.close();
  }
}

/** The same history, in which the partner has no more than was agreed, and the hidden person is nobody to it. */
function fit({ beginning, steps }: History, agreed: Partial<AgreementDraft>, hidden: Hidden): History {
  const agreement = (draft: AgreementDraft, sender: number) => (sender === PARTNER ? { ...draft, ...agreed } : draft);
  const male = agreed.row === 'female';
  const sexOf = <T extends { sex: string }>(one: T, person: number): T =>
    male && person === PERSON ? { ...one, sex: 'male' } : one;
  const open = ({ person, sender }: { person: number; sender: number | null }) =>
    hidden.person === undefined || person !== PERSON || (sender !== PARTNER && sender !== null);
  return {
    beginning: {
      ...beginning,
      agreements: beginning.agreements.map((draft, index) => agreement(draft, index >> 1)),
      people: beginning.people.map((person, index) => sexOf(person, index >> 1)),
      consents: beginning.consents.filter(open),
    },
    steps: steps.flatMap((step): Step[] => {
      if (step.do === 'agree') return [{ ...step, agreement: agreement(step.agreement, step.sender) }];
      if (step.do === 'change') return [sexOf(step, step.person)];
      if (step.do === 'fault') return [{ ...step, change: sexOf(step.change, step.change.person) }];
      if (step.do === 'consent' && !open(step)) return [];
      // Which consent is revoked goes by its number, and others' consents count in one world alone.
      if (step.do === 'revoke' && hidden.senders !== undefined) return [];
      return [step];
    }),
  };
}
