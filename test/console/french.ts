/** What a French reader is shown in another language: neither a message of ours nor something the gateway answered. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, isEnumType } from 'graphql';
import type { ConsolePage } from './browser.js';

const root = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

const stringsOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [String(value)];

/** A message with its placeholders open. */
const pattern = (message: string): string =>
  message
    .split(/\{\{\w+\}\}/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');

const MESSAGES = new RegExp(
  `^(?:${stringsOf(JSON.parse(root('src/console/i18n/fr.json')))
    .map(pattern)
    .join('|')})$`,
);

/** A member of a closed list is worded, not shown; what is no word of the API is data. */
const ENUMS = new Set(
  Object.values(buildSchema(root('schema.graphql')).getTypeMap())
    .filter(isEnumType)
    .flatMap((type) => type.getValues().map(({ name }) => name)),
);
/** Names and units that are the same in every language. */
const ALIKE =
  /https?:\S*|\b(?:ADMIN|OPERATOR|AUDITOR|DCI|English|Français|JSON|YAML|HTTP|URL|UIN|SHA|ms|s|min|h|kB|MB)\b/g;

/** The texts that somebody sees or is read, except times, charts and what is marked as code. */
const SHOWN = `(() => {
  const out = [];
  const skip = 'time, svg, code, pre, textarea, script, style, .mono, [lang]:not(html)';
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.closest(skip) === null;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (seen(walker.currentNode.parentElement)) out.push(walker.currentNode.nodeValue);
  for (const name of ['aria-label', 'placeholder', 'alt', 'data-label'])
    for (const element of document.querySelectorAll('[' + name + ']')) if (seen(element)) out.push(element.getAttribute(name));
  return [...new Set(out.map((text) => text.trim()).filter(Boolean))];
})()`;

/** What the gateway has answered so far, over HTTP and over the WebSocket. */
export interface Answered {
  texts: Set<string>;
  coming: Promise<void>[];
}

export function listen(page: ConsolePage): Answered {
  const texts = new Set<string>();
  const coming: Promise<void>[] = [];
  const take = (body: unknown): void => {
    for (const text of stringsOf(body).flatMap((whole) => [whole, ...whole.split('.')]))
      if (text.length > 1 && !ENUMS.has(text)) texts.add(text);
  };
  page.on('response', (response) => {
    if (response.url().endsWith('/graphql')) coming.push(response.json().then(take, () => undefined));
  });
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => take(JSON.parse(String(payload))));
  });
  return { texts, coming };
}

/** Changes the language in place, so that whatever is open stays open. */
export async function inFrench(page: ConsolePage): Promise<void> {
  await page.getByRole('button', { name: 'Language', includeHidden: true }).dispatchEvent('click');
  await page.getByRole('menuitem', { name: 'Français', includeHidden: true }).dispatchEvent('click');
  await page.locator('html[lang=fr]').waitFor();
}

export async function untranslated(page: ConsolePage, { texts, coming }: Answered): Promise<string[]> {
  await Promise.all(coming.splice(0));
  const known = [...texts].toSorted((a, b) => b.length - a.length);
  const foreign = (text: string): boolean => {
    if (MESSAGES.test(text)) return false;
    const rest = known.reduce((left, part) => left.replaceAll(part, ' '), text.replace(ALIKE, ' ')).trim();
    return /\p{L}/u.test(rest) && !MESSAGES.test(rest);
  };
  /** Several of them may stand in one text. */
  const anyForeign = (text: string): boolean => foreign(text) && text.split(/\s*[,·;→]\s*/).some(foreign);
  return (await page.evaluate<string[]>(SHOWN)).filter(anyForeign);
}
