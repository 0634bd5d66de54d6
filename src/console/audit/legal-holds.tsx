import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ResultOf } from '../graphql/graphql.js';
import { useAnswer } from '../graphql/use-answer.js';
import { ADMINS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { ConnectionTable } from '../shared/connection-table.js';
import { LEGAL_HOLDS, LIFT_LEGAL_HOLD } from './legal-holds.document.js';
import { GATEWAY, PlaceHold } from './place-hold.js';

type Hold = ResultOf<typeof LEGAL_HOLDS>['legalHolds'][number];

/** Asked again after a change, the first hold included. */
const CONTEXT = { additionalTypenames: ['LegalHold'] };

/** What neither retention nor shredding may take, by sender and month. */
export function LegalHolds() {
  const { t } = useTranslation();
  const [{ data, error, fetching }, reload] = useAnswer(LEGAL_HOLDS, {}, { context: CONTEXT });
  const rows = (data?.legalHolds ?? []).map((hold) => ({ ...hold, id: `${hold.owner} ${hold.month}` }));
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" flex={1} maw="100ch">
          {t('holds.lead')}
        </Text>
        <PlaceHold />
      </Group>
      <ConnectionTable
        label={t('holds.title')}
        page={{ rows, error, fetching, atStart: true, reload }}
        columns={[
          { header: t('field.sender'), cell: ({ owner }) => (owner === GATEWAY ? t('holds.gateway') : owner) },
          { header: t('field.month'), cell: ({ month }) => <span className="number">{month}</span> },
          { header: t('field.reason'), cell: (hold) => <OnRecord {...hold} /> },
          { header: t('field.actions'), cell: (hold) => <Lift {...hold} /> },
        ]}
        empty={{ title: t('holds.empty'), hint: t('holds.emptyHint') }}
      />
    </Stack>
  );
}

/** Who placed it, when and why stands with the administrators' actions. */
function OnRecord({ owner, month }: Hold) {
  const { t } = useTranslation();
  const search = new URLSearchParams({ targetType: 'LegalHold', targetId: `${owner} ${month}` });
  return (
    <Anchor component={Link} to={`/audit?${search.toString()}`} size="sm">
      {t('holds.onRecord')}
    </Anchor>
  );
}

function Lift({ owner, month }: Hold) {
  const { t } = useTranslation();
  return (
    <ActionButton
      document={LIFT_LEGAL_HOLD}
      variables={(reason) => ({ senderId: owner, month, reason })}
      label={t('holds.lift')}
      done={t('holds.lifted')}
      roles={ADMINS}
      size="compact-xs"
      confirm={{ title: t('holds.liftTitle'), text: t('holds.liftText'), reason: 'required', danger: true }}
    />
  );
}
