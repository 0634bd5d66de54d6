/** What was measured, as text. */

export function sectionOf({ title, at, commit, machine, load, rounds, quick, rows, failed }) {
  const how = `${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}${quick ? ', `--quick`' : ''}`;
  // Of other programs, or of the benchmark before.
  const busy = load >= 1 ? ` The load of the machine was ${load} when this began.` : '';
  const head = `${title}, ${how}, ${at} UTC, commit \`${commit}\`, ${machine}.${busy}`;
  return failed === undefined ? `${head}\n\n${tableOf(rows)}` : `${head}\n\nIt failed: ${failed}`;
}

const HEADS = ['Work', 'Ours', 'Against', 'Theirs', 'Ratio', 'Wanted', 'Reached'];

export function tableOf(rows) {
  const lines = rows.map(({ work, ours, theirs, unit, against, ratio, spread, atLeast, met }) => [
    work,
    told(ours, unit),
    against,
    told(theirs, unit),
    spread === undefined || spread[0] === spread[1] || !Number.isFinite(ratio)
      ? figure(ratio)
      : `${figure(ratio)} (${figure(spread[0])}–${figure(spread[1])})`,
    typeof atLeast === 'number' ? `≥ ${figure(atLeast)}` : atLeast,
    met ? 'yes' : '**no**',
  ]);
  return [HEADS, HEADS.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const told = (value, unit) => (Number.isFinite(value) ? `${figure(value)} ${unit}` : '–');

/** Three digits tell enough. */
function figure(value) {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return Number(value.toPrecision(value < 1 ? 2 : 3)).toString();
}
