/** Claims about a person cannot be tried one after the other until one holds, whichever operation judges them. */
import { askUnder } from '../../access/release.js';
import type { Grant } from '../../access/decide-access.js';
import type { KnownSender } from '../../access/sender-directory.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import { TooManyRequests } from '../../protocol/errors.js';
import type { Services } from '../services.js';

interface Guessing {
  sender: KnownSender;
  grant: Grant;
}

/** Persons that one question may name. */
const MOST_PERSONS = 100;

/** Those of many questions that go too far; undefined for each that does not. */
export async function refusedGuesses(
  limiter: Services['limiter'],
  senderId: string,
  guesses: { recordId: string; claims: number }[],
): Promise<(TooManyRequests | undefined)[]> {
  const refusals = await limiter.verifications(senderId, guesses);
  return refusals.map(
    (refusal) =>
      refusal && new TooManyRequests('too many verifications of this person: wait as Retry-After says', refusal.reset),
  );
}

/** The same for whoever is named by any of these identifiers, though what else is claimed does not hold of them. @throws TooManyRequests */
export async function limitGuessesAbout(
  services: Services,
  { sender, grant }: Guessing,
  identifiers: Criteria[],
  claims: number,
): Promise<void> {
  const criteria = { or: identifiers };
  const page = { size: MOST_PERSONS, number: 1 };
  const { records } = await services.source.search(askUnder(grant, { criteria, page }));
  const guesses = records.map(({ id: recordId }) => ({ recordId, claims }));
  const refusals = await refusedGuesses(services.limiter, sender.senderId, guesses);
  for (const refusal of refusals) if (refusal !== undefined) throw refusal;
}
