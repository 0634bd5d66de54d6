/** The order of lists whose ids (UUIDv7) tell their time. */
import { graphqlEnum } from '../entities/database/graphql-enum.js';

export type TimeOrder = 'NEWEST' | 'OLDEST';

export const TimeOrderEnum = graphqlEnum<TimeOrder>('TimeOrder', 'Order of a list by time of making.', {
  NEWEST: 'The newest first.',
  OLDEST: 'The oldest first.',
});

export const byTime = (order: TimeOrder): { id: 'asc' | 'desc' } => ({ id: order === 'NEWEST' ? 'desc' : 'asc' });
