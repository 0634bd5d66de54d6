/**
 * The doors for partners side by side: what each asks of a request, in this order. The token comes before anything is read,
 * the signature before anything is spent or opened.
 */
import type { MessageKind, ReadMessage } from '../messages/message-kind.js';
import type { Endpoint } from '../messages/endpoints.js';
import type { ShortEndpoint, ShortMessage } from '../messages/short-form/short-kind.js';
import { readFormFile, requireBodyType, requireForm, requireJson } from './checks/body.check.js';
import {
  requireSender,
  requireClearReply,
  requireReplyKey,
  requireScope,
  requireToken,
} from './checks/caller.check.js';
import type { Check } from './checks/check.js';
import { readOperation } from './checks/graphql-body.check.js';
import { checkCount, checkHeader, decrypt, readMessage } from './checks/message.check.js';
import { limitBySender } from './checks/quota.check.js';
import { readShortMessage, requireRegistry } from './checks/short-form.check.js';
import { verifyHttp, verifyHttpAhead, verifySignature } from './checks/signature.check.js';
import { readCsvForm, type CsvForm, type UploadedMessage, type UploadEndpoint } from './checks/upload.check.js';
import type { Exchange } from './exchange.js';

/** `/dci/v1/{registry}/registry/…`: a signed envelope. */
export const STANDARD: Check<Endpoint & MessageKind, Exchange<ReadMessage>>[] = [
  requireBodyType,
  requireToken,
  readFormFile,
  readMessage,
  requireSender,
  verifySignature,
  requireScope,
  decrypt,
  requireReplyKey,
  checkHeader,
  limitBySender,
  checkCount,
];

/** `/dci/v1/…`: a message without an envelope. */
export const SHORT_FORM: Check<ShortEndpoint, Exchange<ShortMessage>>[] = [
  requireJson,
  requireToken,
  readShortMessage,
  requireSender,
  verifyHttp,
  requireClearReply,
  limitBySender,
  requireRegistry,
];

/** `…/upload/…`: what can be asked before its file streams in, */
export const UPLOAD: Check[] = [requireForm, requireToken, requireSender];

/** and behind it, of a file that is a signed envelope, */
export const UPLOADED_JSON: Check<UploadEndpoint, Exchange<UploadedMessage>>[] = [
  readMessage,
  requireSender,
  verifySignature,
  requireScope,
  decrypt,
  requireReplyKey,
  checkHeader,
  limitBySender,
];

/** before a row is taken of one that only the request signs, */
export const CSV_BEGINS: Check[] = [verifyHttpAhead];

/** and behind it. */
export const UPLOADED_CSV: Check<CsvForm, Exchange<UploadedMessage>>[] = [
  verifyHttp,
  readCsvForm,
  requireScope,
  requireReplyKey,
  limitBySender,
];

/** `/graphql`, for partners. */
export const PARTNER_GRAPHQL: Check[] = [
  requireToken,
  requireSender,
  verifyHttp,
  requireClearReply,
  limitBySender,
  readOperation,
];
