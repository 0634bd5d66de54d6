import { useQuery } from 'urql';
import { SENDER } from './senders.document.js';

/** Asked again after a change to its keys too, the first key included. */
const CONTEXT = { additionalTypenames: ['SenderKey'] };

export const useSender = (senderId: string) => useQuery({ query: SENDER, variables: { senderId }, context: CONTEXT });
