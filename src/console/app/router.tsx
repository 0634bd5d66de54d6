/** Pages are loaded when they are first opened, so that signing in does not wait for charts and editors. */
import { createBrowserRouter } from 'react-router';
import { Loading } from '../shared/loading.js';
import { NotFound, PageCrashed } from './lost.js';
import { Shell } from './shell.js';

export const createRouter = () =>
  createBrowserRouter(
    [
      {
        element: <Shell />,
        errorElement: <PageCrashed />,
        hydrateFallbackElement: <Loading />,
        children: [
          { index: true, lazy: () => import('../overview/overview.page.js') },
          { path: 'transactions', lazy: () => import('../transactions/transactions.page.js') },
          { path: 'transactions/:id', lazy: () => import('../transactions/transaction.page.js') },
          { path: 'deliveries', lazy: () => import('../deliveries/deliveries.page.js') },
          { path: 'deliveries/:id', lazy: () => import('../deliveries/delivery.page.js') },
          { path: 'subscriptions', lazy: () => import('../subscriptions/subscriptions.page.js') },
          { path: 'senders', lazy: () => import('../senders/senders.page.js') },
          { path: 'senders/new', lazy: () => import('../senders/onboarding.page.js') },
          { path: 'senders/:senderId', lazy: () => import('../senders/sender.page.js') },
          { path: 'agreements', lazy: () => import('../agreements/agreements.page.js') },
          { path: 'agreements/new', lazy: () => import('../agreements/new-agreement.page.js') },
          { path: 'consents', lazy: () => import('../consents/consents.page.js') },
          { path: 'consent-controllers', lazy: () => import('../consent-controllers/consent-controllers.page.js') },
          { path: 'access-report', lazy: () => import('../access-report/access-report.page.js') },
          { path: 'records', lazy: () => import('../records/records.page.js') },
          { path: 'sources', lazy: () => import('../sources/sources.page.js') },
          { path: 'server-keys', lazy: () => import('../server-keys/server-keys.page.js') },
          { path: 'accounts', lazy: () => import('../accounts/accounts.page.js') },
          { path: 'jobs', lazy: () => import('../jobs/jobs.page.js') },
          { path: 'audit', lazy: () => import('../audit/audit.page.js') },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
    { basename: '/console' },
  );
