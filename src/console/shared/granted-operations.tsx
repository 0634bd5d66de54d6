import { useTranslation } from 'react-i18next';
import { grantedOf, useServedOperations } from './served-operations.js';
import type { Operation, Registry } from './vocabulary.js';

/** More are counted: a row has room for so many. */
const NAMED = 3;

/** What an agreement grants of its registry, in one line; the tooltip names all of it. */
export function GrantedOperations({ registry, operations }: { registry: Registry; operations: Operation[] }) {
  const { t } = useTranslation();
  const served = useServedOperations();
  if (served === undefined) return null;
  const names = grantedOf(served, registry, operations).map((one) => t(`operation.${one}`));
  const count = names.length;
  const line = names.slice(0, NAMED).join(', ');
  const text = (): string => {
    if (count === 0) return t('operations.none');
    if (count === served.get(registry)?.length) return t('operations.all', { count });
    return count > NAMED ? t('operations.more', { line, count: count - NAMED }) : line;
  };
  return <span title={names.join(', ')}>{text()}</span>;
}
