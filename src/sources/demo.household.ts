/** One household of the demo country: who lives there, where and how. Every registry tells of these same people. */
import { chanceOf } from './demo.chance.js';
import { REGIONS, STREETS, type Region } from './demo.names.js';
import { drawPersons, type DemoPerson } from './demo.person.js';

/** The day on which the demo country was looked at; all ages follow from it. */
export const SURVEY_DAY = '2026-01-01';

export interface Household {
  index: number;
  /** Value of its `HOUSEHOLD_ID`. */
  id: string;
  /** First the head, then the spouse, children and grandparents. */
  persons: DemoPerson[];
  region: Region;
  district: string;
  town: string;
  addressLine: string;
  postalCode: string;
  /** 0 (poorest) to 100, one decimal. */
  povertyScore: number;
  /** Whether its head farms. */
  farms: boolean;
  registered: string;
  updated: string;
}

/** The household at a position, with at most so many persons. The same index gives the same household in any run. */
export function drawHousehold(index: number, atMost: number): Household {
  const chance = chanceOf(index);
  const region = REGIONS[index % REGIONS.length]!;
  const year = chance.whole(2016, 2023);
  return {
    index,
    id: `HH${String(index + 1).padStart(8, '0')}`,
    persons: drawPersons(index, chance, atMost),
    region,
    district: chance.pick(region.districts),
    town: chance.pick(region.towns),
    addressLine: `${chance.whole(1, 180)} ${chance.pick(STREETS)}`,
    postalCode: region.postal + String(index === 0 ? 20 : chance.whole(0, 99)).padStart(2, '0'),
    povertyScore: index === 0 ? 4.5 : chance.whole(0, 1000) / 10,
    farms: index === 0 || chance.percent(25),
    registered: `${year}-0${chance.whole(1, 9)}-15T08:00:00Z`,
    updated: `${chance.whole(2024, 2025)}-0${chance.whole(1, 9)}-20T10:30:00Z`,
  };
}
