import { Grid } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Page } from '../shared/page.js';
import { Section } from '../shared/section.js';
import { AgreementForm } from './agreement-form.js';
import type { AgreementValues } from './agreement-values.js';
import { ExplainAccess } from './explain-access.js';

export function Component() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [values, setValues] = useState<AgreementValues>();
  return (
    <Page
      title={t('agreements.new')}
      lead={t('agreements.newLead')}
      parent={{ to: '/agreements', label: t('nav.agreements') }}
    >
      <Grid>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Section title={t('agreements.terms')}>
            <AgreementForm onDone={() => void navigate('/agreements')} onChange={setValues} />
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Section title={t('explain.title')}>
            <ExplainAccess senderId={values?.senderId ?? ''} registry={values?.registry ?? 'SOCIAL'} />
          </Section>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
