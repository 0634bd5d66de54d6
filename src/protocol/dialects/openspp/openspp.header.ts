/**
 * Its receivers verify over the header as their own model prints it again: the members of the model and no others, those
 * that are empty as null, times in whole seconds. So a header leaves with exactly these members.
 */
import type { Json, JsonObject } from '../../envelope/json.js';
import type { CallbackContext } from '../dialect.js';

/** Their header without `status` is valid for everybody, so it is what leaves where none is needed. */
const WITHOUT_STATUS = new Set<Json>(['on-subscribe', 'on-unsubscribe']);

export function writeHeader(header: JsonObject, { publicUrl }: CallbackContext): JsonObject {
  const { action = '', status } = header;
  const bare: JsonObject = {
    version: header['version'] ?? '1.0.0',
    message_id: header['message_id'] ?? '',
    message_ts: wholeSeconds(header['message_ts'] ?? ''),
    action,
    sender_id: header['sender_id'] ?? '',
    sender_uri: publicUrl,
    receiver_id: header['receiver_id'] ?? '',
    total_count: header['total_count'] ?? 0,
    is_msg_encrypted: header['is_msg_encrypted'] ?? false,
    meta: header['meta'] ?? {},
  };
  if (status === undefined || WITHOUT_STATUS.has(action)) return bare;
  return {
    ...bare,
    status,
    status_reason_code: header['status_reason_code'] ?? null,
    status_reason_message: header['status_reason_message'] ?? '',
    completed_count: header['completed_count'] ?? 0,
  };
}

const wholeSeconds = (time: Json): Json => (typeof time === 'string' ? time.replace(/\.\d+(?=Z$)/, '') : time);
