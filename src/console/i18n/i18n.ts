/** Languages: one message file each, the same keys in all (checked by a test); a new language is a new file here. */
import { createInstance, type Resource } from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json' with { type: 'json' };
import fr from './fr.json' with { type: 'json' };

export const LANGUAGES = [
  { language: 'en', name: 'English' },
  { language: 'fr', name: 'Français' },
] as const;
export type Language = (typeof LANGUAGES)[number]['language'];

export const translations = createInstance();

const KEY = 'dci.console.language';
const resources: Resource = { en: { translation: en }, fr: { translation: fr } };

const isLanguage = (text: string | null | undefined): text is Language =>
  LANGUAGES.some(({ language }) => language === text);

function preferred(): Language {
  const stored = localStorage.getItem(KEY);
  if (isLanguage(stored)) return stored;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

export async function startTranslations(): Promise<void> {
  translations.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  await translations.use(initReactI18next).init({
    resources,
    lng: preferred(),
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  });
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await translations.changeLanguage(language);
}
