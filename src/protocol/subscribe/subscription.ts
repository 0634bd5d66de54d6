/** Subscriptions as the domain has them: what is asked, and what is answered. */
import type { ItemReasonCode } from '../errors.js';
import type { QueryType, Registry, TransactionStatus } from '../vocabulary.js';

/** As on the wire, so that it is echoed as it came. */
export interface Frequency {
  start_time: string;
  end_time: string;
  /** Quartz cron. */
  frequency: string;
}

/** One wish to be told of events, as the use case takes it. */
export interface SubscribeItem {
  referenceId: string;
  timestamp?: string | undefined;
  locale?: string | undefined;
  eventType: string;
  recordType?: string | undefined;
  /** Read from the filter's shape where left out. */
  filterType?: QueryType | undefined;
  /** Left out or empty: every record of the type. */
  filter?: unknown;
  frequency?: Frequency | undefined;
  authorize?: Record<string, unknown> | undefined;
  /** Where notifications go; the sender's own address for them where left out. */
  callbackUrl?: string | undefined;
}

export interface SubscribeQuestion {
  registry: Registry;
  transactionId: string;
  /** `header.sender_uri`: where the decision of an administrator is told. */
  senderUri?: string | undefined;
  items: SubscribeItem[];
}

/** What SubscriptionInfo echoes, in the subscriber's spelling. */
export interface SubscriptionFacts {
  code: string;
  state: string;
  timestamp: string;
  eventType: string;
  recordType?: string | null | undefined;
  filterType?: QueryType | null | undefined;
  filter?: unknown;
  frequency?: Frequency | null | undefined;
  locale?: string | null | undefined;
}

export interface SubscribeItemAnswer {
  referenceId: string;
  timestamp: string;
  status: TransactionStatus;
  reasonCode?: ItemReasonCode | undefined;
  reasonMessage?: string | undefined;
  /** The new one; with `rjct.event.already_subscribed`, the one that is there. */
  subscription?: SubscriptionFacts | undefined;
  locale?: string | undefined;
}

export interface SubscribeAnswer {
  transactionId: string;
  correlationId: string;
  status: TransactionStatus;
  completedCount: number;
  items: SubscribeItemAnswer[];
}

export interface UnsubscribeQuestion {
  registry: Registry;
  transactionId: string;
  codes: string[];
}

export interface UnsubscribeAnswer {
  transactionId: string;
  correlationId: string;
  timestamp: string;
  status: TransactionStatus;
  reasonCode?: ItemReasonCode | undefined;
  reasonMessage?: string | undefined;
  /** The caller's own codes only. */
  codes: { code: string; ended: boolean }[];
}
