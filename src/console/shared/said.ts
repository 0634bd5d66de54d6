/**
 * What the gateway says in English, in the reader's own language: sentences that stand in `en.json` as the gateway says
 * them are found again, with the names and numbers in them. What is not among them stays as it came.
 */
import en from '../i18n/en.json' with { type: 'json' };
import { translations } from '../i18n/i18n.js';

type Key = keyof typeof en.said;

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A sentence with its placeholders open. */
const patternOf = (sentence: string): RegExp =>
  new RegExp(`^${escape(sentence).replace(/\\\{\\\{(\w+)\\\}\\\}/g, '(?<$1>.+)')}$`, 's');

const KNOWN = Object.entries(en.said).map(([key, sentence]) => ({ key: key as Key, pattern: patternOf(sentence) }));

export function said(text: string): string {
  if (translations.language === 'en') return text;
  return wordsOf(text) ?? atItsPlace(text) ?? text;
}

function wordsOf(text: string): string | undefined {
  for (const { key, pattern } of KNOWN) {
    const found = pattern.exec(text);
    if (found !== null) return translations.t(`said.${key}`, { replace: { ...found.groups } });
  }
  return undefined;
}

/** A refusal begins with the argument that it belongs to. */
function atItsPlace(text: string): string | undefined {
  const [, place = '', rest = ''] = /^([\w.[\]]+): (.+)$/s.exec(text) ?? [];
  const words = rest === '' ? undefined : wordsOf(rest);
  if (words === undefined) return undefined;
  const name = place.split('.').at(-1) ?? '';
  const label = Object.hasOwn(en.field, name) ? translations.t(`field.${name as keyof typeof en.field}`) : place;
  return `${label} : ${words}`;
}
