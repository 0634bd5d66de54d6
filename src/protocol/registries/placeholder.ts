/** Values that stand where an identifier should: they identify nobody, and whoever shares them is no one person. */

/** What people and programs write for "there is none", in any case. */
const WORDS = new Set(
  ['na', 'n/a', 'n.a.', '#n/a', 'none', 'null', 'nil', 'unknown', 'unk', 'not known', 'not available', 'not applicable']
    .concat(['undefined', 'nan', 'missing', 'blank', '(blank)', '(null)', 'tbd', 'tbc', 'true', 'false'])
    .concat(['inconnu', 'inconnue', 'néant', 'aucun', 'desconocido', 'ninguno', 'sin dato', 's/n', 'nulo'])
    .concat(['#ref!', '#value!', '#name?', '#div/0!', '#num!', '#null!', '[object object]']),
);

/** Nothing but blanks and signs, zeros, or the letter X: ` `, `-`, `???`, `####`, `0`, `000-000`, `XXX`. */
const FILLING = /^[\p{P}\p{S}\s]*$|^[0\p{P}\p{S}\s]+$|^[x\p{P}\p{S}\s]+$/iu;

/** What a spreadsheet makes of a long number: its digits are lost. */
const SCIENTIFIC = /^[+-]?\d+(?:[.,]\d+)?E[+-]\d+$|^[+-]?\d[.,]\d+E\d+$/i;

/** What is wrong with a value that identifies nobody, as words for whoever sent it; undefined for a good one. */
export function placeholderProblem(value: string): string | undefined {
  const text = value.trim().normalize('NFC');
  if (text === '') return 'is blank: leave it out';
  if (SCIENTIFIC.test(text)) return 'was rounded by a spreadsheet (scientific notation): format its column as text';
  if (FILLING.test(text) || WORDS.has(text.toLowerCase()))
    return 'is a placeholder that identifies nobody: leave it out';
  return undefined;
}
