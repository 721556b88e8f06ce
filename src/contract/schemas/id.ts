/** Random ids of new resources, with a prefix for their type. */
import { randomBytes } from 'node:crypto';

export const newId = (prefix: string): string => `${prefix}-${randomBytes(10).toString('hex')}`;
