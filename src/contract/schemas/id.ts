/** Ids of new resources: a prefix that says what it is, and enough chance never to meet another. */
import { randomBytes } from 'node:crypto';

export const newId = (prefix: string): string => `${prefix}-${randomBytes(10).toString('hex')}`;
