/** What deliveries is asked and answers, whoever asks. */

export interface ReplayFilter {
  senderId?: string | null;
  subscriptionCode?: string | null;
  from?: Date | null;
  until?: Date | null;
  failedOnly: boolean;
}
