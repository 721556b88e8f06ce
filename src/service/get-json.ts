/** How a service gets a resource of another one for an expansion: as its caller, with its numbers as they were sent. */
import { parseExactAsync } from '../codecs/exact-json.ts';
import { type JsonTarget, sendJson } from '../outbound/json.ts';
import type { GetJson } from './expansion.ts';

/** @param target by the name of a service */
export const getJsonFrom =
  (target: (name: string) => JsonTarget): GetJson =>
  (service, path, accept, operationId, limit) =>
    sendJson(target(service), { method: 'GET', path, accept, operationId, limit, parse: parseExactAsync });
