/** `/dci/v1/search`, `verify`, `subscribe`, `unsubscribe` and `notify`: the same use cases as the standard form. */
import type { VerifyResult } from '../../graphql/verify/verify.types.js';
import { RequestInvalid } from '../../protocol/errors.js';
import type { PushAnswer } from '../../protocol/notify/enrollment.js';
import { shortNotify } from '../../protocol/notify/received.schema.js';
import { readShortNotify } from '../../protocol/notify/received.translate.js';
import type { SearchAnswer } from '../../protocol/search/search.translate.js';
import { readShortSearch, readShortVerify, writeShortSearch } from '../../protocol/short-form/short-form.js';
import {
  shortSearch,
  shortSubscribe,
  shortUnsubscribe,
  shortVerify,
} from '../../protocol/short-form/short-form.schema.js';
import {
  readShortSubscribe,
  readShortUnsubscribe,
  writeShortSubscribe,
  writeShortUnsubscribe,
} from '../../protocol/short-form/short-form.subscribe.js';
import type { SubscribeAnswer, UnsubscribeAnswer } from '../../protocol/subscribe/subscription.js';
import { WIRE_STATUS } from '../../protocol/vocabulary.js';
import { NOTIFY } from '../receivers/receivers.kinds.js';
import { runs } from '../run.js';
import { SEARCH } from '../search/search.kind.js';
import { SUBSCRIBE } from '../subscribe/subscribe.kind.js';
import { UNSUBSCRIBE } from '../subscribe/unsubscribe.kind.js';
import { defineShortKind, type ShortEndpoint } from './short-kind.js';

const VERIFY = runs(`mutation Verify($input: VerifyInput!) { verify(input: $input) { correlationId } }`);

export const SHORT_ENDPOINTS: ShortEndpoint[] = [
  defineShortKind({
    path: '/search',
    operation: 'SEARCH',
    defaultRegistry: 'SOCIAL',
    message: shortSearch,
    run: SEARCH,
    read: readShortSearch,
    write: (result: SearchAnswer) => {
      const [item] = result.items;
      // There is one question, so its refusal is the request's.
      if (item?.status === 'REJECTED')
        throw new RequestInvalid(`search_criteria: ${item.reasonCode}, ${item.reasonMessage}`);
      return writeShortSearch(result);
    },
  }),
  defineShortKind({
    path: '/verify',
    operation: 'VERIFY',
    defaultRegistry: 'SOCIAL',
    message: shortVerify,
    run: VERIFY,
    read: readShortVerify,
    write: ({ transactionId, correlationId, status, found, verified }: VerifyResult) => ({
      transaction_id: transactionId,
      correlation_id: correlationId,
      status: WIRE_STATUS[status],
      found,
      verified,
    }),
  }),
  defineShortKind({
    path: '/subscribe',
    operation: 'SUBSCRIBE',
    defaultRegistry: 'CRVS',
    message: shortSubscribe,
    run: SUBSCRIBE,
    read: readShortSubscribe,
    write: (result: SubscribeAnswer) => writeShortSubscribe(result),
  }),
  defineShortKind({
    path: '/unsubscribe',
    operation: 'UNSUBSCRIBE',
    defaultRegistry: 'CRVS',
    message: shortUnsubscribe,
    run: UNSUBSCRIBE,
    read: readShortUnsubscribe,
    write: (result: UnsubscribeAnswer) => writeShortUnsubscribe(result),
  }),
  defineShortKind({
    path: '/notify',
    operation: 'NOTIFY',
    defaultRegistry: 'CRVS',
    message: shortNotify,
    run: NOTIFY,
    read: (message, { registry }) => readShortNotify(message, registry),
    write: ({ transactionId, correlationId, items: [item] }: PushAnswer) => ({
      transaction_id: transactionId,
      correlation_id: correlationId,
      status: WIRE_STATUS.RECEIVED,
      // Received in any case; why nothing came of it.
      ...(item?.reason === undefined ? {} : { status_reason_message: item.reason }),
    }),
  }),
];
