import type { SearchAnswer } from '../protocol/translate.js';
import { readSearchRequest, writeSearchResponse } from '../protocol/translate.js';
import type { SearchRequest } from '../protocol/search.schema.js';
import { replyHeader } from '../protocol/reply.js';
import { defineDocument } from '../graphql/run-document.js';
import type { Exchange, Reply } from './exchange.js';
import { answer } from './partner-call.js';
import type { FacadeServices } from './services.js';
import { signedReply } from './signing.js';

/** The facade sends what the use case stored, so the document asks for no more than that it was done. */
export const SEARCH = defineDocument(`mutation Search($input: SearchInput!) { search(input: $input) { correlationId } }`);

/** `sync/search` (protocol 3.1, 3.4). */
export async function syncSearch(exchange: Exchange, services: FacadeServices): Promise<Reply> {
  const { requestHeader: header, registry, knownSender: sender, document } = exchange;
  const encode = (result: unknown) => {
    const found = result as SearchAnswer;
    const counts = { totalCount: found.items.length, completedCount: found.completedCount };
    return {
      header: replyHeader('on-search', header, services.settings.serverId, { status: found.status, ...counts }, services.clock()),
      message: writeSearchResponse(found, registry, sender.recordsAs),
    };
  };
  const envelope = await answer(services, exchange, SEARCH, readSearchRequest(exchange.message as SearchRequest, registry.registry), {
    channel: 'SYNC',
    action: header.action,
    messageId: header.message_id,
    request: { header: document['header'], message: document['message'] },
    digest: exchange.digest(header.action),
    encode,
  });
  return signedReply(services, sender, envelope);
}
