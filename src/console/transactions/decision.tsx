import { Accordion, Alert, Anchor, Box, Stack, Text } from '@mantine/core';
import { IconBan, IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ACCESS_REASONS, OF_AGREEMENTS } from '../shared/access-reasons.js';
import { ALL } from '../shared/field-choice.js';
import { Facts } from '../shared/facts.js';
import { JsonView } from '../shared/json-view.js';
import { isObject } from '../shared/json-object.js';
import { LEGAL_BASES } from '../shared/vocabulary.js';
import { SIGNATURE_FAULTS, type StoredDecision } from './decision.types.js';

interface DecisionProps {
  decision: unknown;
  senderId: string | undefined;
}

/** Why it was answered or refused, in words: one part for each item of the message. */
export function Decision({ decision, senderId }: DecisionProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      {partsOf(decision).map((part, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the items of a message have no name here, and never change
        <Part key={index} part={part} senderId={senderId} />
      ))}
      <Accordion variant="contained">
        <Accordion.Item value="json">
          <Accordion.Control>{t('decision.asStored')}</Accordion.Control>
          <Accordion.Panel>
            <JsonView value={decision} label={t('transactions.decision')} />
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}

function partsOf(decision: unknown): StoredDecision[] {
  if (!isObject(decision)) return [];
  const { items, ...whole } = decision;
  const parts = Array.isArray(items) ? items.filter(isObject) : [];
  return parts.length > 0 ? parts : [whole];
}

function Part({ part, senderId }: { part: StoredDecision; senderId: string | undefined }) {
  const { t } = useTranslation();
  const refused = part.allowed === false;
  const fault = SIGNATURE_FAULTS.find((known) => known === part.signature);
  const reason = ACCESS_REASONS.find((known) => known === part.reason);
  return (
    <Alert
      color={refused ? 'red' : 'teal'}
      icon={refused ? <IconBan aria-hidden /> : <IconCheck aria-hidden />}
      title={t(refused ? 'decision.refused' : 'decision.allowed')}
    >
      <Text size="sm">
        {fault !== undefined && t(`decision.signature.${fault}`)}
        {fault === undefined && reason !== undefined && t(`decision.reason.${reason}`, { field: part.field })}
        {fault === undefined && reason === undefined && (part.explanation ?? '')}
      </Text>
      {refused && senderId !== undefined && (
        <Remedy senderId={senderId} signature={fault !== undefined} reason={reason} />
      )}
      {!refused && <Grounds {...part} senderId={senderId} />}
    </Alert>
  );
}

interface RemedyProps {
  senderId: string;
  signature: boolean;
  reason: (typeof ACCESS_REASONS)[number] | undefined;
}

/** The way to what would have to change. */
function Remedy({ senderId, signature, reason }: RemedyProps) {
  const { t } = useTranslation();
  const agreements = reason !== undefined && OF_AGREEMENTS.has(reason);
  const to = agreements ? `/agreements?${new URLSearchParams({ senderId }).toString()}` : `/senders/${senderId}`;
  return (
    <Anchor component={Link} to={to} size="sm" c="inherit" underline="always">
      {t(signature ? 'decision.toKeys' : agreements ? 'decision.toAgreements' : 'decision.toSender')}
    </Anchor>
  );
}

/** What it rests on, with the way to each. */
function Grounds({ senderId, ...part }: StoredDecision & { senderId: string | undefined }) {
  const { t } = useTranslation();
  const { agreementId, agreementVersion, legalBasis, recordType, purpose, requiresConsent, fields } = part;
  if (agreementId === undefined) return null;
  const search = new URLSearchParams(senderId === undefined ? {} : { senderId }).toString();
  const basis = LEGAL_BASES.find((known) => known === legalBasis);
  return (
    <Box mt="xs">
      <Facts
        items={[
          [
            t('nav.agreements'),
            <Anchor
              key="agreement"
              component={Link}
              to={`/agreements?${search}`}
              size="sm"
              c="inherit"
              underline="always"
            >
              {t('accessReport.agreement', { version: agreementVersion })}
            </Anchor>,
          ],
          [t('field.legalBasis'), basis === undefined ? null : t(`legalBasis.${basis}`)],
          [t('field.recordType'), recordType],
          [t('field.purpose'), purpose],
          [
            t('nav.consents'),
            requiresConsent === true ? (
              <Anchor
                key="consents"
                component={Link}
                to={`/consents?${search}`}
                size="sm"
                c="inherit"
                underline="always"
              >
                {t('decision.consentNeeded')}
              </Anchor>
            ) : (
              t('decision.noConsentNeeded')
            ),
          ],
          [t('field.fields'), fields?.includes(ALL) === true ? t('agreements.everything') : fields?.join(', ')],
        ]}
      />
    </Box>
  );
}
