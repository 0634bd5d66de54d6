import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { SearchInput, SearchResult } from './search.types.js';
import { search } from '../../use-cases/search/search.js';
import { presentOf } from '../../use-cases/given.js';

@Resolver()
export class SearchResolver {
  @Mutation(() => SearchResult, {
    description:
      'Searches a registry. A mutation, since every search is written to the audit before its answer leaves.',
  })
  search(@Arg('input', () => SearchInput) input: SearchInput, @Ctx() context: Context): Promise<SearchResult> {
    const items = input.items.map(presentOf);
    return search(context.services, requireSender(context), { ...presentOf(input), items });
  }
}
