/**
 * Four eyes: what lets a partner have more waits for another administrator than those who proposed it, and an approval
 * is of the version that was looked at.
 */
import type { Admin } from '../access/principal.js';
import { conflict, forbidden } from './errors.js';

/** A sender or an agreement. */
export interface Proposal {
  state: string;
  version: number;
  approvedBy?: string | null;
  proposedBy: string[];
  proposedVersion?: number | null;
}

/** Counts a change; one that widens an entity takes it out of force until it is approved. */
export function countChange(
  entity: Proposal,
  admin: Admin,
  { widens, fourEyes }: { widens: boolean; fourEyes: boolean },
): void {
  entity.version += 1;
  if (widens && fourEyes) propose(entity, admin);
}

/** Out of force until it is approved; what is suspended stays so. */
export function propose(entity: Proposal, admin: Admin): void {
  entity.proposedBy = [...new Set([...entity.proposedBy, admin.subject])];
  entity.proposedVersion ??= entity.version;
  entity.approvedBy = null;
  if (entity.state === 'ACTIVE') entity.state = 'PENDING';
}

/** @param seen the version that the administrator looked at; left out, it must be the one that was first proposed */
export function approve(entity: Proposal, admin: Admin, fourEyes: boolean, seen?: number | null): void {
  const { version, proposedVersion, proposedBy } = entity;
  if (fourEyes && proposedBy.includes(admin.subject))
    throw forbidden('four eyes: another admin than those who proposed it must approve it');
  if ((seen ?? proposedVersion ?? version) !== version)
    throw conflict(
      'version',
      `it was changed meanwhile and is version ${version} now: look at it again, and approve that version`,
    );
  Object.assign(entity, { approvedBy: admin.subject, proposedBy: [], proposedVersion: null });
}
