import { v7 } from 'uuid';

/** A UUIDv7 (RFC 9562 5.7): ordered by time, and within this process strictly by the order of the calls. */
export const uuidv7 = (): string => v7();
