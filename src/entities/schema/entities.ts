/** Every entity that MikroORM maps. */
import { AdminAccount } from '../admins/admin-account.entity.js';
import { Agreement, AgreementVersion } from '../agreements/agreement.entity.js';
import { ConsentController } from '../agreements/consent-controller.entity.js';
import { Consent } from '../agreements/consent.entity.js';
import { AdminAction, AuditSeal } from '../audit/audit.entity.js';
import { DeliveryAttempt, Delivery } from '../deliveries/delivery.entity.js';
import { RegistryRecord } from '../records/record.entity.js';
import { RegistryEvent } from '../records/registry-event.entity.js';
import { Sender, SenderKey } from '../senders/sender.entity.js';
import { ServerKey } from '../senders/server-key.entity.js';
import { Subscription } from '../subscriptions/subscription.entity.js';
import { Transaction } from '../transactions/transaction.entity.js';

export const ENTITIES = [
  Sender,
  SenderKey,
  ServerKey,
  Agreement,
  AgreementVersion,
  Consent,
  ConsentController,
  RegistryRecord,
  RegistryEvent,
  Transaction,
  Subscription,
  Delivery,
  DeliveryAttempt,
  AdminAccount,
  AdminAction,
  AuditSeal,
];
