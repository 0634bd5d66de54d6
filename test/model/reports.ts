/** After a world: the access report of each person names what the partners got of them, each time, and nothing else. */
import { KINDS, uinOf } from './kinds.js';
import type { Play } from './play.js';

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
    const told = count(
      accessReport.disclosures
        .filter(({ kind }) => kind !== REPEATED)
        .map(({ senderId, kind }) => `${senderId} ${kind}`),
    );
    const got = count(
      play.releases
        .filter((each) => each.registry === registry && each.uin === value)
        .map(({ sender, how }) => `${sender} ${how}`),
    );
    if (told !== got) differences.push(`${registry} ${value}: reported ${told}, got ${got}`);
    if (!accessReport.complete) differences.push(`${registry} ${value}: the report is not complete`);
  }
  return differences;
}

function count(values: string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, times]) => `${value} × ${times}`)
    .toSorted()
    .join(', ');
}
