/**
 * Gets a resource of another service for an expansion, on behalf of the client and with numbers as they were sent.
 */
import { parseExactAsync } from '../codecs/exact-json.ts';
import { type JsonTarget, sendJson } from '../outbound/json.ts';
import type { GetJson } from './expansion.ts';

/** @param target returns the target of a service by its name */
export const getJsonFrom =
  (target: (name: string) => JsonTarget): GetJson =>
  (service, path, accept, operationId, limit) =>
    sendJson(target(service), { method: 'GET', path, accept, operationId, limit, parse: parseExactAsync });
