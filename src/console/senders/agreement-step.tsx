/** One agreement for each registry of the new sender, with the operations that were chosen for it. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AgreementForm } from '../agreements/agreement-form.js';
import type { AgreementStart, AgreementValues } from '../agreements/agreement-values.js';
import { Loading } from '../shared/loading.js';
import { useServedOperations, type Served } from '../shared/served-operations.js';
import type { Operation, Registry } from '../shared/vocabulary.js';

interface AgreementStepProps {
  sender: { senderId: string; registries: Registry[]; allowedOperations: Operation[] };
  /** Which of its registries. */
  index: number;
  /** What was agreed for the registry before. */
  previous: AgreementValues | undefined;
  onDone: (agreed: AgreementValues) => void;
}

export function AgreementStep({ sender, index, previous, onDone }: AgreementStepProps) {
  const { t } = useTranslation();
  const served = useServedOperations();
  const { senderId, registries, allowedOperations } = sender;
  const registry = registries[index] ?? 'SOCIAL';
  if (served === undefined) return <Loading />;
  const operations = operationsAfter(served, allowedOperations, previous);
  return (
    <>
      <Text fw={600} mb="sm">
        {t('onboarding.agreementOf', {
          number: index + 1,
          count: registries.length,
          registry: t(`registry.${registry}`),
        })}
      </Text>
      <AgreementForm
        key={registry}
        start={{ ...termsOf(previous), senderId, registry, operations }}
        isFixed
        onDone={onDone}
      />
    </>
  );
}

/** As chosen last time; what that registry does not offer, as chosen for the sender. */
function operationsAfter(served: Served, allowed: Operation[], previous?: AgreementValues): Operation[] {
  if (previous === undefined) return allowed;
  const offered = served.get(previous.registry) ?? [];
  return [
    ...previous.operations.filter((one) => offered.includes(one)),
    ...allowed.filter((one) => !offered.includes(one)),
  ];
}

/** What holds whatever the registry is; fields and record types are a registry's own. */
function termsOf(previous?: AgreementValues): AgreementStart {
  if (previous === undefined) return {};
  const { legalBasis, purposes, requiresConsent, validFrom, validUntil } = previous;
  return { legalBasis, purposes, requiresConsent, validFrom, validUntil };
}
