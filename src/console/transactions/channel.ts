import { useTranslation } from 'react-i18next';
import { KNOWN_CHANNELS } from './known-channels.js';

/** Through which door a message came, in words. */
export function useChannel(): (channel: string) => string {
  const { t } = useTranslation();
  return (channel) => {
    const known = KNOWN_CHANNELS.find((one) => one === channel);
    return known === undefined ? channel : t(`channel.${known}`);
  };
}
