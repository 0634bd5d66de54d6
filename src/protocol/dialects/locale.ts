/** Two-letter language codes (ISO 639-1), which several systems write → the standard's three letters (ISO 639-3). */
import type { JsonObject } from '../envelope/json.js';
import { eachIn, isObject, within } from './dialect.js';

const LANGUAGES: Record<string, string> = {
  en: 'eng',
  fr: 'fra',
  es: 'spa',
  ar: 'ara',
  pt: 'por',
  zh: 'zho',
  hi: 'hin',
  ru: 'rus',
  de: 'deu',
};

const inItem = (item: JsonObject): JsonObject => {
  const { locale } = item;
  const language = typeof locale === 'string' && Object.hasOwn(LANGUAGES, locale) ? LANGUAGES[locale] : undefined;
  return language === undefined ? item : { ...item, locale: language };
};

/** In every item of a request, or its one question. */
export function readLocales(message: JsonObject): JsonObject {
  let read = message;
  for (const [name, member] of Object.entries(message))
    read = Array.isArray(member) ? eachIn(read, name, inItem) : isObject(member) ? within(read, name, inItem) : read;
  return read;
}
