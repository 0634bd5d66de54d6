import type { MessageContext, MessageKind, Parsed, ReadMessage } from '../messages/message-kind.js';
import type { AcceptedRequest } from '../entities/transactions/accepted-request.repository.js';

/** An opened request, with the world as it is now. */
export interface OpenedRequest {
  request: AcceptedRequest;
  worker: string;
  kind: MessageKind;
  context: MessageContext;
  /** As the facade read it before it was accepted. */
  message: Parsed<ReadMessage>;
  target: string;
}
