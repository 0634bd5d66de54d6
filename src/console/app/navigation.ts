/** The pages in the order of the menu; each group is one question an operator has. */
import {
  IconActivity,
  IconArrowsLeftRight,
  IconBell,
  IconBuildingBank,
  IconDatabase,
  IconFileCertificate,
  IconHeartHandshake,
  IconKey,
  IconListCheck,
  IconPlugConnected,
  IconSend,
  IconShieldCheck,
  IconSignature,
  IconUserSearch,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';

export interface NavigationItem {
  path: string;
  label:
    | 'overview'
    | 'transactions'
    | 'deliveries'
    | 'subscriptions'
    | 'senders'
    | 'agreements'
    | 'consents'
    | 'consentControllers'
    | 'accessReport'
    | 'serverKeys'
    | 'records'
    | 'sources'
    | 'accounts'
    | 'jobs'
    | 'audit';
  icon: Icon;
}

export interface NavigationGroup {
  label: 'traffic' | 'partners' | 'gateway';
  items: NavigationItem[];
}

export const NAVIGATION: NavigationGroup[] = [
  {
    label: 'traffic',
    items: [
      { path: '/', label: 'overview', icon: IconActivity },
      { path: '/transactions', label: 'transactions', icon: IconArrowsLeftRight },
      { path: '/deliveries', label: 'deliveries', icon: IconSend },
      { path: '/subscriptions', label: 'subscriptions', icon: IconBell },
    ],
  },
  {
    label: 'partners',
    items: [
      { path: '/senders', label: 'senders', icon: IconBuildingBank },
      { path: '/agreements', label: 'agreements', icon: IconFileCertificate },
      { path: '/consents', label: 'consents', icon: IconHeartHandshake },
      { path: '/consent-controllers', label: 'consentControllers', icon: IconSignature },
      { path: '/access-report', label: 'accessReport', icon: IconUserSearch },
    ],
  },
  {
    label: 'gateway',
    items: [
      { path: '/records', label: 'records', icon: IconDatabase },
      { path: '/sources', label: 'sources', icon: IconPlugConnected },
      { path: '/server-keys', label: 'serverKeys', icon: IconKey },
      { path: '/accounts', label: 'accounts', icon: IconUsers },
      { path: '/jobs', label: 'jobs', icon: IconListCheck },
      { path: '/audit', label: 'audit', icon: IconShieldCheck },
    ],
  },
];
