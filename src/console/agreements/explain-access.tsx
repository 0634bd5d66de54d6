import { useTranslation } from 'react-i18next';
import { Empty } from '../shared/empty.js';
import type { Registry } from '../shared/vocabulary.js';

export function ExplainAccess({ senderId }: { senderId: string; registry: Registry }) {
  const { t } = useTranslation();
  return <Empty title={t('explain.title')} hint={senderId} />;
}
