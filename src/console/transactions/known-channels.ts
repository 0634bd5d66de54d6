/** Doors that we have words for; a test holds them against those that there are. */
export const KNOWN_CHANNELS = ['SYNC', 'ASYNC', 'INBOUND', 'SHORT', 'BULK', 'GRAPHQL'] as const;
