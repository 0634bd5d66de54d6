/** Variables that are a setting but for one letter: left alone they would be ignored, and nobody would know. */

/** Shorter names have neighbours that others use, such as `JOB_URL`. */
const LONG = 9;

/** What to say of each, by its name; values are never looked at. */
export function misspelt(given: readonly string[], settings: readonly string[]): string[] {
  const known = new Set(settings);
  return given
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = settings.find((setting) => setting.length >= LONG && isNear(name.toUpperCase(), setting));
      return meant === undefined ? [] : [`${name} is no setting: if ${meant} is meant, write it so; else rename it`];
    });
}

/** The same, or one letter added, left out, changed (in a long name) or changed with its neighbour. */
function isNear(name: string, setting: string): boolean {
  if (name === setting) return true;
  let start = 0;
  while (start < name.length && name[start] === setting[start]) start++;
  let end = 0;
  const most = Math.min(name.length, setting.length) - start;
  while (end < most && name.at(-1 - end) === setting.at(-1 - end)) end++;
  const [here, there] = [name.slice(start, name.length - end), setting.slice(start, setting.length - end)];
  if (here.length + there.length === 1) return true;
  if (here.length === 1 && there.length === 1) return setting.length > LONG;
  return here.length === 2 && there === `${here[1]}${here[0]}`;
}
