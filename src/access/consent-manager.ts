/**
 * An external consent manager as decision point (docs/partners/consent-manager.md). It adds to what is checked here and
 * to the agreement; only a clear permit releases anything.
 */
import { z } from 'zod';
import type { Outbound } from '../platform/outbound-http.js';
import { ConsentRefused, isConsentReason } from '../protocol/consent/consent-refused.js';
import { askJson } from './consent-status.js';
import type { MessageConsent } from './message-consent.types.js';

export interface ConsentManager {
  url: string;
  /** Our name there. */
  controller: string;
  outbound: Pick<Outbound, 'request'>;
}

export interface ManagerQuestion {
  senderId: string;
  /** As it came, or the number under which the manager keeps it, and to whom it was given. */
  proof: { jws: unknown } | { consentId: string; partnerId: string };
  scopes: string[];
  subject?: MessageConsent['subject'] | undefined;
  now: Date;
}

export interface ManagerPermit {
  subject?: MessageConsent['subject'] | undefined;
  scopes: string[];
  until?: Date | undefined;
  /** Its answer without the person, for the audit. */
  answer: Record<string, unknown>;
  /** Where it is asked for the status again. */
  statusUrl?: string | undefined;
}

const text = z.string().max(255);
const told = z.looseObject({
  decision: z.unknown(),
  reason_code: text.nullish(),
  consent_id: text.nullish(),
  receipt_id: text.nullish(),
  policy_version: z.union([text, z.number()]).nullish(),
  evaluated_at: text.nullish(),
});
const permit = z.looseObject({
  subject_id: z.looseObject({ type: text, value: text }).nullish(),
  effective_data_scopes: z.array(text).min(1).max(500),
  valid_until: z.iso.datetime({ offset: true, local: true }).nullish(),
});

/** @throws ConsentRefused, which holds its answer */
export async function askConsentManager(manager: ConsentManager, question: ManagerQuestion): Promise<ManagerPermit> {
  const answered = await askJson(manager.outbound, {
    url: `${manager.url}/consent/v1/validate`,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(requestOf(manager, question)),
  });
  if (answered === 'unreachable') throw new ConsentRefused('cm_unreachable', 'the consent manager does not answer');
  const read = told.safeParse(answered.body);
  if (answered.status !== 200 || !read.success)
    throw new ConsentRefused('cm_error', 'the consent manager answered with an error', { status: answered.status });
  return readPermit(manager, read.data, question.now);
}

/** Its subject's value stands in the consent itself; nothing else of the message is told. */
function requestOf({ controller }: ConsentManager, { senderId, proof, scopes, subject }: ManagerQuestion) {
  return {
    ...('jws' in proof
      ? { consent_jws: proof.jws }
      : { consent_id: proof.consentId, consent_partner_id: proof.partnerId }),
    partner_id: senderId,
    data_controller: controller,
    request_context: {
      requested_scopes: scopes,
      ...(subject === undefined ? {} : { subject_id: { type: subject.type, value: subject.value } }),
    },
  };
}

function readPermit({ url }: ConsentManager, body: z.infer<typeof told>, now: Date): ManagerPermit {
  const { decision, reason_code: code, consent_id, receipt_id, policy_version, evaluated_at } = body;
  const answer = { decision, reason_code: code, consent_id, receipt_id, policy_version, evaluated_at };
  const refusal = (reason: ConsentRefused['reason'], why: string) => new ConsentRefused(reason, why, answer);
  if (decision === 'deny')
    throw refusal(isConsentReason(code) ? code : 'deny', 'the consent manager does not permit it');
  const read = permit.safeParse(body);
  if (decision !== 'permit' || !read.success) throw refusal('deny', 'the consent manager does not clearly permit it');
  const { subject_id: subject, effective_data_scopes: scopes, valid_until: end } = read.data;
  const until = end == null ? undefined : new Date(/Z|[+-]\d\d:?\d\d$/i.test(end) ? end : `${end}Z`);
  if (until !== undefined && until < now) throw refusal('expired', 'the consent manager says that it ended');
  const statusUrl =
    consent_id == null ? undefined : `${url}/consent/v1/consents/${encodeURIComponent(consent_id)}/status`;
  return { subject: subject ?? undefined, scopes, until, answer: { ...answer, scopes }, statusUrl };
}
