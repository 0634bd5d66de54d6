import { Grid } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { Page } from '../shared/page.js';
import { Section } from '../shared/section.js';
import { REGISTRIES } from '../shared/vocabulary.js';
import { AgreementForm } from './agreement-form.js';
import type { AgreementStart } from './agreement-values.js';
import { ExplainAccess } from './explain-access.js';

export function Component() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [start] = useState<AgreementStart>({
    senderId: search.get('senderId') ?? '',
    registry: REGISTRIES.find((one) => one === search.get('registry')) ?? 'SOCIAL',
  });
  const [values, setValues] = useState<AgreementStart>(start);
  return (
    <Page
      title={t('agreements.new')}
      lead={t('agreements.newLead')}
      parent={{ to: '/agreements', label: t('nav.agreements') }}
    >
      <Grid>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Section title={t('agreements.terms')}>
            <AgreementForm start={start} onDone={() => void navigate('/agreements')} onChange={setValues} />
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Section title={t('explain.title')}>
            <ExplainAccess senderId={values.senderId ?? ''} registry={values.registry ?? 'SOCIAL'} />
          </Section>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
