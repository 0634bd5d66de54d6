import { v7 } from 'uuid';

/** A UUIDv7 (RFC 9562 5.7): ordered by time, and within this process strictly by the order of the calls. */
export const uuidv7 = (): string => v7();

/** The moment inside a UUIDv7. */
export const timeOf = (id: string): Date => new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));

/** Whether a text is a UUID, so that PostgreSQL takes it for one. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
