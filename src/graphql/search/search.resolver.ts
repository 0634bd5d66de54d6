import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { SearchInput, SearchResult } from './search.types.js';
import { search } from '../../use-cases/search/search.js';

@Resolver()
export class SearchResolver {
  @Mutation(() => SearchResult, {
    description:
      'Searches a registry. A mutation, since every search is written to the audit before its answer leaves.',
  })
  search(@Arg('input', () => SearchInput) input: SearchInput, @Ctx() context: Context): Promise<SearchResult> {
    return search(context.services, requireSender(context), input);
  }
}
