/** How we show who we are to a receiver, as it is typed in: secrets are never read back, so all of it is given anew. */
import { useTranslation } from 'react-i18next';
import type { VariablesOf } from '../graphql/graphql.js';
import type { SET_OUTBOUND } from './outbound.document.js';
import type { Outbound } from './sender.types.js';
import { useEditForm } from '../shared/use-edit-form.js';

export interface OutboundValues {
  bearer: string;
  oauth: { tokenUrl: string; clientId: string; clientSecret: string; scope: string };
  tls: { certificate: string; key: string; authority: string };
}

type OutboundInput = VariablesOf<typeof SET_OUTBOUND>['input'];

const isGiven = (part: Record<string, string>): boolean => Object.values(part).some((value) => value.trim() !== '');

export function useOutboundForm({ tokenUrl, clientId, scope }: Outbound) {
  const { t } = useTranslation();
  const withOAuth = (value: string, { oauth }: OutboundValues) =>
    isGiven(oauth) && value.trim() === '' ? t('invalid.required') : null;
  return useEditForm<OutboundValues>({
    initialValues: {
      bearer: '',
      oauth: { tokenUrl: tokenUrl ?? '', clientId: clientId ?? '', clientSecret: '', scope: scope ?? '' },
      tls: { certificate: '', key: '', authority: '' },
    },
    validate: {
      bearer: (value, { oauth }) => (value.trim() !== '' && isGiven(oauth) ? t('outbound.oneOf') : null),
      oauth: {
        tokenUrl: (value, values) =>
          isGiven(values.oauth) || isGiven(values.tls) || values.bearer.trim() !== ''
            ? withOAuth(value, values)
            : t('outbound.nothing'),
        clientId: withOAuth,
        clientSecret: withOAuth,
      },
      tls: {
        certificate: (value, { tls }) => (value.trim() === '' && tls.key.trim() !== '' ? t('outbound.pair') : null),
        key: (value, { tls }) => (value.trim() === '' && tls.certificate.trim() !== '' ? t('outbound.pair') : null),
      },
    },
  });
}

/** What is empty is not used any more. */
export function toOutboundInput({ oauth, bearer, tls }: OutboundValues): OutboundInput {
  return {
    bearer: bearer.trim() || null,
    oauth: isGiven(oauth)
      ? {
          tokenUrl: oauth.tokenUrl.trim(),
          clientId: oauth.clientId.trim(),
          clientSecret: oauth.clientSecret,
          scope: oauth.scope.trim() || null,
        }
      : null,
    tls: isGiven(tls)
      ? {
          certificate: tls.certificate.trim() || null,
          key: tls.key.trim() || null,
          authority: tls.authority.trim() || null,
        }
      : null,
  };
}
