import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { SearchResult } from '../search/search.types.js';
import { bulkSearch } from '../../use-cases/bulk/bulk-search.js';
import { bulkVerify } from '../../use-cases/bulk/bulk-verify.js';
import { BulkInput, BulkVerifyResult } from './bulk.types.js';

@Resolver()
export class BulkResolver {
  @Mutation(() => SearchResult, {
    description: 'Searches the identifiers of an upload. The gateway runs it, in parts.',
  })
  bulkSearch(@Arg('input', () => BulkInput) input: BulkInput, @Ctx() context: Context): Promise<SearchResult> {
    return bulkSearch(context.services, requireSender(context), input);
  }

  @Mutation(() => BulkVerifyResult, { description: 'Judges the claims of an upload. The gateway runs it, in parts.' })
  bulkVerify(@Arg('input', () => BulkInput) input: BulkInput, @Ctx() context: Context): Promise<BulkVerifyResult> {
    return bulkVerify(context.services, requireSender(context), input);
  }
}
