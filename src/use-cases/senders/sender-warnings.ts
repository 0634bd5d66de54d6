/** What is allowed of a sender, and an operator should look at. */
import type { Sender } from '../../entities/senders/sender.entity.js';
import { OutboundRefused } from '../../platform/outbound-errors.js';
import type { Services } from '../services.js';

export function senderWarnings({ outbound }: Pick<Services, 'outbound'>, sender: Sender): string[] {
  const { signaturePolicy, notifyUri, callbackHosts } = sender;
  const refused = notifyUri == null ? undefined : whyRefused(outbound, notifyUri, callbackHosts);
  return [
    ...(signaturePolicy === 'OPTIONAL' ? ['signaturePolicy is OPTIONAL: messages of this sender may be unsigned'] : []),
    ...(refused === undefined ? [] : [`notifyUri is not sent to: ${refused}`]),
  ];
}

/** Not refused when it is set: the host may be registered afterwards. */
function whyRefused(outbound: Services['outbound'], url: string, hosts: string[]): string | undefined {
  try {
    outbound.assertAllowed(url, hosts);
    return undefined;
  } catch (error) {
    if (error instanceof OutboundRefused) return error.message;
    throw error;
  }
}
