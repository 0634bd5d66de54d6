/** Values that stand where an identifier should: they identify nobody, and whoever shares them is no one person. */
import { withoutUnseen } from '../text.js';

/** What people and programs write for "there is none", by language; only letters and digits of it are compared. */
const WORDS = new Set(
  [
    'na nan nil none null nullnull nothing empty blank void undefined missing unknown unk nk tbd tbc tba pending lost',
    'true false yes no dontknow objectobject',
    'inconnu inconnue néant aucun aucune vide vrai faux nul sansobjet nsp',
    'desconocido desconocida ninguno ninguna nulo vacío nd sn sd sindato verdadero falso nose nosabe',
    'desconhecido desconhecida nenhum nenhuma vazio verdadeiro nãosei',
    'unbekannt keine keiner leer fehlt wahr falsch nv',
    'hakuna haijulikani hamna',
    'لايوجد لاشيء غيرمعروف مجهول نامعلوم ندارد',
    'нет неизвестно отсутствует неуказано пусто',
    '无 無 未知 不详 不詳 なし 不明 없음',
    'अज्ञात नहीं कोईनहीं অজানা নেই የለም አይታወቅም',
  ].flatMap((line) => line.split(' ').map(lettersOf)),
);

/** `not available`, `no ID`, `sin documento`, `pas de numéro`, `não informado`: a denial, and of what. */
const DENIED = new RegExp(
  `^(no|not|non|without|sin|sans|pasde?|sem|nao|kein|keine|ohne)(${[
    'id nid uin brn nin number card idcard identification identifier document value answer data information record',
    'available applicable known provided given issued recorded stated specified registered assigned yet found',
    'disponible applicable connu connue communique renseigne renseignee fourni fournie numero papiers piece identifiant',
    'tiene aplica conocido documento identificacion datos disponible registrado registra especificado consta',
    'tem disponivel aplicavel conhecido informado informada consta numero',
    'nummer ausweis angabe vorhanden bekannt',
  ]
    .join(' ')
    .replaceAll(' ', '|')})+$`,
);

/** Zeros in any digits, nines that a form is filled with, or the letter X: `0`, `000-000`, `999999999`, `XXX`; or only signs. */
const FILLING = /^[0٠۰०০]*$|^9{9,}$|^x+$/;

/** What a spreadsheet shows for a formula that failed, in any language: `#N/A`, `#WERT!`, `#¿NOMBRE?`, `#DIV/0!`. */
const FAILED = /^#[¡¿]?[\p{L}/_]+0?[!?]?$/u;

/** What a spreadsheet makes of a long number: its digits are lost. */
const SCIENTIFIC = /^[+-]?\d+(?:[.,]\d+)?\s*E\s*[+-]\s*\d+$|^[+-]?\d[.,]\d+\s*E\s*\d+$/i;

/** Most numbers by far: a digit that no filling has, and no sign that a failure has. */
const ORDINARY = /^[\da-z]*[1-8][\da-z]*$/i;

/** What is wrong with a value that identifies nobody, as words for whoever sent it; undefined for a good one. */
export function placeholderProblem(value: string): string | undefined {
  if (ORDINARY.test(value)) return undefined;
  const text = withoutUnseen(value).trim().normalize('NFKC');
  if (text === '') return 'is blank: leave it out';
  if (SCIENTIFIC.test(text)) return 'was rounded by a spreadsheet (scientific notation): format its column as text';
  const letters = lettersOf(text);
  const isFilling = FILLING.test(letters) || FAILED.test(text) || WORDS.has(letters) || DENIED.test(letters);
  return isFilling ? 'is a placeholder that identifies nobody: leave it out' : undefined;
}

/** Without case, accents, blanks and signs. */
function lettersOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}
