/** What PostgreSQL does for a statement: how many rows the steps of its plan look at. */
import type { Unit } from '../../src/entities/database/database.js';

export type Plan = Record<string, number> & { Plans?: Plan[] };

/** A unit that explains its statements instead of giving their rows. */
export function explaining(unit: Unit, told: (plan: Plan) => void): Unit {
  const query = async (text: string, values?: unknown[]): Promise<never[]> => {
    const isSetting = text.startsWith('set ');
    const explain = `explain (analyze, buffers, format json) ${text}`;
    const [row] = await unit.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(isSetting ? text : explain, values);
    if (row !== undefined) told(row['QUERY PLAN'][0].Plan);
    return [];
  };
  return { ...unit, query };
}

/** Rows that all steps of a plan looked at. */
export const looked = ({ Plans = [], ...plan }: Plan): number =>
  ((plan['Actual Rows'] ?? 0) + (plan['Rows Removed by Join Filter'] ?? 0) + (plan['Rows Removed by Filter'] ?? 0)) *
    (plan['Actual Loops'] ?? 1) +
  Plans.reduce((sum, one) => sum + looked(one), 0);
