/** The assessment as Markdown: what the gateway knows is filled in, what only people can judge is asked. */
import type { Shared, Sharing } from './dpia.run.js';

export function assessment(sharing: Sharing): string {
  const { serverId, at, agreements } = sharing;
  const partners = [...new Set(agreements.map(({ sender }) => sender.senderId))].toSorted();
  return [
    `# Data-protection impact assessment: sharing by ${serverId}`,
    `As of ${day(at)}: ${count(agreements, 'agreement')} with ${count(partners, 'partner')}. Filled from the agreements; lines with ☐ are for the controller and its data-protection officer.`,
    ['## What is shared', ...partners.map((partner) => partnerSection(partner, agreements))].join('\n\n'),
    commonSection(sharing),
    QUESTIONS,
    '',
  ].join('\n\n');
}

function partnerSection(partner: string, all: readonly Shared[]): string {
  const agreements = all.filter(({ sender }) => sender.senderId === partner);
  const { name = partner, organizationKind = null } = agreements[0]?.sender ?? {};
  const title = `### ${plain(name)} (\`${partner}\`${organizationKind === null ? '' : `, ${plain(organizationKind)}`})`;
  return [title, ...agreements.map(agreementTable)].join('\n\n');
}

function agreementTable(agreement: Shared): string {
  const { registry, legalBasis, requiresConsent, validFrom, validUntil, createdBy, approvedBy, state } = agreement;
  const rows = [
    ['Registry', `${registry}; ${listed(agreement.recordTypes, 'every record type')}`],
    ['Data', agreement.fields.includes('*') ? 'every field of the record' : listed(agreement.fields, '')],
    ['Searched by', listed(agreement.searchableAttributes, 'whatever may be seen')],
    [
      'Whose',
      agreement.rowFilter === null ? 'every person in it' : `those of \`${JSON.stringify(agreement.rowFilter)}\``,
    ],
    ['How', listed(agreement.operations, '') || 'nothing that this registry offers'],
    ['Purposes', listed(agreement.purposes, 'any that the partner names')],
    ['Legal basis', legalBasis],
    [
      'Consent of the person',
      requiresConsent || legalBasis === 'CONSENT' ? 'asked for at each release' : 'not asked for',
    ],
    ['Valid', `${day(validFrom)} to ${validUntil === null ? 'no end' : day(validUntil)}; ${state}`],
    ['Decided by', `${plain(createdBy)}${approvedBy === null ? '' : `, approved by ${plain(approvedBy)}`}`],
  ];
  const look = risksOf(agreement).map((risk) => `- ☐ ${risk}`);
  return [
    `Agreement \`${agreement.id}\``,
    ['| | |', '|---|---|', ...rows.map(([what, value]) => `| ${what} | ${value?.replaceAll('|', '\\|')} |`)].join('\n'),
    ...(look.length === 0 ? [] : [`To look at:\n\n${look.join('\n')}`]),
  ].join('\n\n');
}

/** What a careful reader would ask of these terms. */
function risksOf({ fields, purposes, validUntil, rowFilter, operations, sender, ...terms }: Shared): string[] {
  const { sandbox, encryptReplies, suppressCountsBelow } = sender;
  const told: [boolean, string][] = [
    [fields.includes('*'), 'Every field is shared: is each of them needed for the purpose?'],
    [purposes === null, 'No purpose is fixed: which ones are meant?'],
    [validUntil === null, 'It has no end: when is it looked at again?'],
    [rowFilter === null, 'It covers everybody in the registry: is the partner responsible for all of them?'],
    [
      terms.legalBasis === 'LEGITIMATE_INTEREST',
      'A legitimate interest has to be weighed against the person’s: where is that written?',
    ],
    [
      operations.includes('SUBSCRIBE'),
      'The partner is told of changes without asking: is that needed, or is a question enough?',
    ],
    [sandbox, 'The partner may leave its messages unsigned (sandbox): only without real persons.'],
    [!encryptReplies, 'Replies are protected by TLS alone: does anybody between read them? (`encryptReplies`)'],
    [
      suppressCountsBelow === 0 && operations.includes('SEARCH'),
      'Small counts are told: may they point at somebody? (`suppressCountsBelow`)',
    ],
  ];
  return told.filter(([is]) => is).map(([, text]) => text);
}

function commonSection({ fourEyes, retentionDays: days }: Sharing): string {
  return [
    '## What holds for all of it',
    [
      '- Each message is signed, bound to its sender, and answered within the agreement only; what it decided is kept with it.',
      '- Payloads are encrypted at rest, under a key for each partner and month that is destroyed with them.',
      '- Every exchange, and every reading by an administrator, is in a sealed audit and in the person’s access report.',
      `- Kept: payloads ${days.payloads} days, transactions ${days.transactions}, attempts ${days.attempts}, live events ${days.outbox}, versions of records, and deleted ones, ${days.versions}.`,
      `- What one administrator decides ${fourEyes ? 'waits for another’s approval' : 'counts at once (`FOUR_EYES=true` asks a second one)'}.`,
    ].join('\n'),
  ].join('\n\n');
}

const QUESTIONS = `## What people have to answer

- ☐ Necessity: what could not be done without this sharing, and what less would be enough?
- ☐ Persons: who is affected, who of them is vulnerable, and how are they told?
- ☐ Rights: where does a person see who asked (the access report), object, and have a mistake put right?
- ☐ Risks to persons: wrong match, exclusion from a benefit, disclosure, use for another purpose. How likely, how grave?
- ☐ Measures beyond those above, who carries them out, until when.
- ☐ Opinion of the data-protection officer, and of persons or their representatives.
- ☐ Decision, and the day on which it is looked at again.`;

const day = (date: Date | string): string => new Date(date).toISOString().slice(0, 10);
const listed = (values: readonly string[] | null, all: string): string => (values === null ? all : values.join(', '));
const count = ({ length }: readonly unknown[], of: string): string => `${length} ${of}${length === 1 ? '' : 's'}`;
/** A name is no markup. */
const plain = (text: string): string => text.replaceAll(/[\\`*_{}[\]<>#|]/g, '\\$&');
