/** How code and pages cite: what counts as a citation of which paper. */

/** One line, without what comments put at its begin. */
const flat = (text: string): string => text.replace(/\s*\n\s*(?:\*|\/\/|#)?\s*/g, ' ');

const NUMBER = String.raw`\d+(?:\.\d+)?`;
const PROTOCOL = new RegExp(String.raw`\bprotocol (${NUMBER}(?:(?:, | and | to )${NUMBER})*)`, 'gi');

/** Numbers for the protocol; for the contract what follows, which must begin with a section's title. */
export function sectionsIn(text: string): { protocol: string[]; contract: string[] } {
  const line = flat(text);
  return {
    protocol: [...line.matchAll(PROTOCOL)].flatMap(([, list = '']) => list.split(/, | and | to /)),
    contract: [...line.matchAll(/\bcontract: ([A-Z].{0,40})/g)].map(([, rest = '']) => rest),
  };
}

export const standardsIn = (text: string): string[] =>
  [...flat(text).matchAll(/\bRFC[ -]?(\d{3,5})\b/g)].map(([, number = '']) => number);

export const decisionsIn = (text: string): string[] =>
  [...flat(text).matchAll(/\bdecisions?[ /](\d{4})\b/g)].map(([, number = '']) => number);

/** Papers that a reader of the repository does not have, and the contract without its section. */
export const strangersIn = (text: string): string[] =>
  [
    ...flat(text).matchAll(
      /\b(?:peers|digest|design) \d+(?:\.\d+)?|\(protocol, [a-z][^)]*|\bthe contract\b(?![:\]]|, names)/gi,
    ),
  ].map(([citation]) => citation);

/** Links of a page to this repository. */
export const linksIn = (page: string): string[] =>
  [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));

/** Files that a page names by their path from the top; `NNNN` stands for one that is still to be made. */
export const filesIn = (page: string): string[] =>
  [...page.matchAll(/`(?![^`]*NNNN)((?:src|test|scripts|bench|examples|docs)\/[\w./-]*[\w/])`/g)].map(
    ([, path = '']) => path,
  );

export interface Heading {
  /** As written, behind the `#`. */
  text: string;
  title: string;
  /** Empty where it has none. */
  number: string;
}

/** The headings of a page, and the rows of its tables that begin with a section's number. */
export function headings(page: string): Heading[] {
  const found = page.matchAll(/^(?:#+ (.*)|\| (\d+\.\d+) \| ([^|]*) \|.*)$/gm);
  return [...found].map(([, heading, row, what = '']) => {
    const text = heading ?? `${row} ${what}`;
    const [, number = '', title = ''] = /^(?:(\d+(?:\.\d+)?)\.? )?(.*)$/.exec(text) ?? [];
    return { text, title: title.trim(), number };
  });
}

/** The anchor that a heading gets. */
export const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-');
