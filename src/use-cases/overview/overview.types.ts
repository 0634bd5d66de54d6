/** What overview is asked and answers, whoever asks. */
import type { Operation, Registry } from '../../protocol/vocabulary.js';

export interface TrafficPoint {
  at: Date;
  traffic: Traffic;
}

export interface Traffic {
  registry?: Registry | null;
  operation?: Operation | null;
  senderId?: string | null;
  total: number;
  failed: number;
  perSecond: number;
  errorRate: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

export interface Expiry {
  kind: ExpiryKind;
  id: string;
  senderId: string | null;
  expiresAt: Date;
}

export interface DeliveryHealth {
  backlog: number;
  oldestAgeSeconds: number | null;
  suspendedEndpoints: number;
  successRate: number | null;
  attempts: Traffic;
  bySender: Traffic[];
}

export type ExpiryKind = 'AGREEMENT' | 'SERVER_KEY' | 'CLIENT_CERTIFICATE';
