/** After a world: the access report of each person names what the partners got of them, each time, and nothing else. */
import { KINDS, uinOf } from './kinds.js';
import type { Play, Release } from './play.js';

interface Report {
  accessReport: { complete: boolean; disclosures: { senderId: string; kind: string }[] };
}

const REPORT = `query ($registry: Registry!, $identifier: IdentifierInput!) {
  accessReport(registry: $registry, identifier: $identifier, reason: "test", first: 1000) {
    complete disclosures { senderId kind } } }`;

/** What was answered before, read once more: told as such, and not counted by the play. */
const REPEATED = 'TXN_STATUS';

/** @returns where report and inboxes differ, a line each */
export async function differencesOfReports(play: Play): Promise<string[]> {
  const persons = KINDS.flatMap((kind) =>
    [0, 1, 2, 3].map((index) => ['UIN', kind.registry, uinOf(kind, index)] as const),
  );
  const differences: string[] = [];
  for (const [type, registry, value] of [...persons, ['HOUSEHOLD_ID', 'SOCIAL', 'H-1'] as const]) {
    const { accessReport } = await play.admin<Report>(REPORT, { registry, identifier: { type, value } });
    const isAbout = (each: Release) => each.registry === registry && each.uin === value;
    const told = accessReport.disclosures
      .filter(({ kind }) => kind !== REPEATED)
      .map(({ senderId, kind }) => `${senderId} ${kind}`);
    const [got, perhaps] = [play.releases, play.perhaps].map((releases) =>
      releases.filter(isAbout).map(({ sender, how }) => `${sender} ${how}`),
    ) as [string[], string[]];
    const found = outside(told, got, perhaps);
    if (found !== undefined) differences.push(`${registry} ${value}: ${found}`);
    if (!accessReport.complete) differences.push(`${registry} ${value}: the report is not complete`);
  }
  return differences;
}

/** @returns where what is told is less than what was got, or more than that and what may have left besides */
export function outside(told: string[], got: string[], perhaps: string[]): string | undefined {
  const times = (values: string[], value: string) => values.filter((each) => each === value).length;
  const wrong = [...new Set([...told, ...got])].filter((value) => {
    const [count, least] = [times(told, value), times(got, value)];
    return count < least || count > least + times(perhaps, value);
  });
  if (wrong.length === 0) return undefined;
  const said = wrong.map(
    (value) =>
      `${value} told ${times(told, value)} times, got ${times(got, value)} and perhaps ${times(perhaps, value)}`,
  );
  return said.join(', ');
}
