/** The choice of fields of an agreement: `["*"]`, branches (`name`) and leaves (`name.surname`); pure functions. */
export const ALL = '*';

/** A first segment with the leaves below it; a leaf of its own has none. */
export interface Branch {
  name: string;
  leaves: string[];
}

export type Coverage = 'all' | 'some' | 'none';

export function branchesOf(paths: string[]): Branch[] {
  const branches = Map.groupBy(new Set(paths), (path) => path.split('.', 1)[0] ?? path);
  return [...branches].map(([name, leaves]) => ({ name, leaves: leaves.filter((leaf) => leaf !== name).toSorted() }));
}

export function coverageOf(fields: string[], { name, leaves }: Branch): Coverage {
  if (fields.includes(ALL) || fields.includes(name)) return 'all';
  const covered = leaves.filter((leaf) => covers(fields, leaf)).length;
  if (covered === 0) return 'none';
  return covered === leaves.length ? 'all' : 'some';
}

export const covers = (fields: string[], path: string): boolean =>
  fields.some((field) => field === ALL || field === path || path.startsWith(`${field}.`));

export function toggleBranch(fields: string[], branch: Branch): string[] {
  const others = fields.filter((field) => field !== branch.name && !field.startsWith(`${branch.name}.`));
  return coverageOf(fields, branch) === 'all' ? others : [...others, branch.name];
}

/** A leaf taken out of a whole branch leaves its sisters in. */
export function toggleLeaf(fields: string[], branch: Branch, leaf: string): string[] {
  if (!covers(fields, leaf)) return [...fields, leaf];
  const others = fields.filter((field) => field !== leaf && !leaf.startsWith(`${field}.`));
  const sisters = branch.leaves.filter((path) => path !== leaf && covers(fields, path) && !covers(others, path));
  return [...others, ...sisters];
}
