import { useAnswer } from '../graphql/use-answer.js';
import { SENDER } from './senders.document.js';

/** Asked again after a change to its keys and agreements too, the first ones included. */
const CONTEXT = { additionalTypenames: ['SenderKey', 'Agreement'] };

export const useSender = (senderId: string) => useAnswer(SENDER, { senderId }, { context: CONTEXT });
