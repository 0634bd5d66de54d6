import { useTranslation } from 'react-i18next';
import { Page } from '../shared/page.js';

export function Component() {
  const { t } = useTranslation();
  return <Page title={t('nav.consents')}>{null}</Page>;
}
