/** One agreement for each registry of the new sender, with the operations that were chosen for it. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AgreementForm } from '../agreements/agreement-form.js';
import { Loading } from '../shared/loading.js';
import { useRegistryDefinition } from '../shared/registry-definition.js';
import type { Operation, Registry } from '../shared/vocabulary.js';

interface AgreementStepProps {
  sender: { senderId: string; registries: Registry[]; allowedOperations: Operation[] };
  /** Which of its registries. */
  index: number;
  onDone: () => void;
}

export function AgreementStep({ sender, index, onDone }: AgreementStepProps) {
  const { t } = useTranslation();
  const { senderId, registries, allowedOperations } = sender;
  const registry = registries[index] ?? 'SOCIAL';
  const definition = useRegistryDefinition(registry);
  if (definition === undefined) return <Loading />;
  const operations = allowedOperations.filter((operation) => definition.operations.includes(operation));
  return (
    <>
      <Text fw={600} mb="sm">
        {t('onboarding.agreementOf', {
          number: index + 1,
          count: registries.length,
          registry: t(`registry.${registry}`),
        })}
      </Text>
      <AgreementForm key={registry} start={{ senderId, registry, operations }} isFixed onDone={onDone} />
    </>
  );
}
