import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { SearchItem } from '../../protocol/search/search.translate.js';
import type { Operation } from '../../protocol/vocabulary.js';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { SearchInput, SearchResult } from '../search/search.types.js';
import { search } from '../../use-cases/search/search.js';
import { StatusCheckInput, StatusCheckResult } from '../search/status-check.types.js';
import { checkStatus } from '../../use-cases/search/status-check.js';
import { presentOf } from '../../use-cases/given.js';

/** What each question of the disability registry returns of a record (protocol 3.8). */
const RETURNED = { DISABILITY_DETAILS: 'disability_details', DISABILITY_SUPPORT: 'disability_support' } as const;

@Resolver()
export class DisabilityResolver {
  @Mutation(() => StatusCheckResult, { description: 'Whether a person’s disability is approved.' })
  disabled(@Arg('input', () => StatusCheckInput) input: StatusCheckInput, @Ctx() context: Context) {
    return checkStatus(
      context.services,
      requireSender(context),
      { ...presentOf(input), item: presentOf(input.item) },
      'DISABLED',
    );
  }

  @Mutation(() => SearchResult, { description: 'Impairments of persons: a search that returns `disability_details`.' })
  disabilityDetails(@Arg('input', () => SearchInput) input: SearchInput, @Ctx() context: Context) {
    return searchField(context, input, 'DISABILITY_DETAILS');
  }

  @Mutation(() => SearchResult, { description: 'Support of persons: a search that returns `disability_support`.' })
  disabilitySupport(@Arg('input', () => SearchInput) input: SearchInput, @Ctx() context: Context) {
    return searchField(context, input, 'DISABILITY_SUPPORT');
  }
}

function searchField(context: Context, input: SearchInput, operation: Operation & keyof typeof RETURNED) {
  const { registry, transactionId } = input;
  const items = input.items.map((item): SearchItem => ({ ...presentOf(item), returns: RETURNED[operation] }));
  return search(context.services, requireSender(context), { registry, transactionId, items }, operation);
}
