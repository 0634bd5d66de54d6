import { Baseline0001 } from './0001-baseline.migration.js';
import { Text0032 } from './0032-text.migration.js';
import { PartialDates0034 } from './0034-partial-dates.migration.js';
import { Contacts0035 } from './0035-contacts.migration.js';
import { WriteCheck0036 } from './0036-write-check.migration.js';
import { EndpointRests0037 } from './0037-endpoint-rests.migration.js';
import { Numbered0038 } from './0038-numbered.migration.js';
import { Readings0040 } from './0040-readings.migration.js';
import { Proofs0041 } from './0041-proofs.migration.js';
import { ConsentControllers0045 } from './0045-consent-controllers.migration.js';
import { Dialects0044 } from './0044-dialects.migration.js';
import { FourEyes0042 } from './0042-four-eyes.migration.js';
import { Sources0046 } from './0046-sources.migration.js';
import { RequestLanes0050 } from './0050-request-lanes.migration.js';
import { SearchedRecords0051 } from './0051-searched-records.migration.js';
import { ExternalIds0055 } from './0055-external-ids.migration.js';
import { DeliveryLanes0056 } from './0056-delivery-lanes.migration.js';
import { SettledCommits0059 } from './0059-settled-commits.migration.js';
import { LiveSources0061 } from './0061-live-sources.migration.js';
import { SourceCapture0064 } from './0064-source-capture.migration.js';
import { ConsentReceipts0067 } from './0067-consent-receipts.migration.js';
import { StaticBearer0068 } from './0068-static-bearer.migration.js';
import { LiveEvents0081 } from './0081-live-events.migration.js';
import { SourceSubscriptions0082 } from './0082-source-subscriptions.migration.js';
import { FileImports0085 } from './0085-file-imports.migration.js';
import { RecordHistory0089 } from './0089-record-history.migration.js';
import { LocalAdmins0091 } from './0091-local-admins.migration.js';
import { OidcLogout0092 } from './0092-oidc-logout.migration.js';
import { Hops0095 } from './0095-hops.migration.js';
import { EventHop0102 } from './0102-event-hop.migration.js';
import { ReleasedParts0104 } from './0104-released-parts.migration.js';
import { DeliveryPages0105 } from './0105-delivery-pages.migration.js';
import { WaitingEvents0106 } from './0106-waiting-events.migration.js';
import { UnseenCharacters0110 } from './0110-unseen-characters.migration.js';
import { ProgrammeNumbers0130 } from './0130-programme-numbers.migration.js';
import { FormerIdentifiers0131 } from './0131-former-identifiers.migration.js';
import { QuotaRoom0140 } from './0140-quota-room.migration.js';
import { FormerIdentifiersBefore0160 } from './0160-former-identifiers-before.migration.js';
import { HeardEvents0170 } from './0170-heard-events.migration.js';
import { ThoseInsideBefore0180 } from './0180-those-inside-before.migration.js';
import { KeptFormer0185 } from './0185-kept-former.migration.js';
import { ConsentsGivenFor0196 } from './0196-consents-given-for.migration.js';
import { NumbersInOrder0197 } from './0197-numbers-in-order.migration.js';
import { ConsentsAtLiveSources0199 } from './0199-consents-at-live-sources.migration.js';
import { PassedAtLiveSources0200 } from './0200-passed-at-live-sources.migration.js';
import { MovedCallbacks0206 } from './0206-moved-callbacks.migration.js';

/** In order of running; a migration that has run anywhere is never changed, a new one is added. */
export const MIGRATIONS = [
  Baseline0001,
  Text0032,
  PartialDates0034,
  Contacts0035,
  WriteCheck0036,
  EndpointRests0037,
  Numbered0038,
  Readings0040,
  Proofs0041,
  FourEyes0042,
  Dialects0044,
  ConsentControllers0045,
  Sources0046,
  RequestLanes0050,
  SearchedRecords0051,
  ExternalIds0055,
  DeliveryLanes0056,
  SettledCommits0059,
  LiveSources0061,
  SourceCapture0064,
  ConsentReceipts0067,
  StaticBearer0068,
  LiveEvents0081,
  SourceSubscriptions0082,
  FileImports0085,
  RecordHistory0089,
  LocalAdmins0091,
  OidcLogout0092,
  Hops0095,
  EventHop0102,
  ReleasedParts0104,
  DeliveryPages0105,
  WaitingEvents0106,
  UnseenCharacters0110,
  ProgrammeNumbers0130,
  FormerIdentifiers0131,
  QuotaRoom0140,
  FormerIdentifiersBefore0160,
  HeardEvents0170,
  ThoseInsideBefore0180,
  KeptFormer0185,
  ConsentsGivenFor0196,
  NumbersInOrder0197,
  ConsentsAtLiveSources0199,
  PassedAtLiveSources0200,
  MovedCallbacks0206,
].map((migration) => ({
  name: nameOf(migration),
  class: migration,
}));

/** As its file: `EndpointRests0037` is `0037-endpoint-rests`, so that names sort in the order of running. */
function nameOf({ name }: { name: string }): string {
  const words = name.slice(0, -4).replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-');
  return `${name.slice(-4)}-${words.toLowerCase()}`;
}
