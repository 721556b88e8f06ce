/**
 * Entity tags of lifted resources contain the tag of the service (RFC 9110 §8.8.3). The bytes differ from those of the
 * service, but conditional changes can still be forwarded to it.
 */

import type { IncomingMessage } from 'node:http';
import { etagOf } from '../../http/headers/etag.ts';
import { replaceValues } from '../../http/headers/raw-headers.ts';

/** @param serviceTag tag that the service sent; without it, the result does not identify a state of the service */
export const liftedTag = (bytes: Uint8Array, serviceTag: string | undefined): string =>
  etagOf(
    bytes,
    serviceTag === undefined ? undefined : PREFIX + Buffer.from(serviceTag).toString('base64url'),
  );

const PREFIX = 'of-';
const LIFTED = new RegExp(`"${PREFIX}([\\w-]+)\\.[\\w-]+"`, 'g');

/** Replaces lifted tags in `If-Match` (§13.1.1) by the tags of the service. */
export function restoreTags({ headers, rawHeaders }: IncomingMessage): void {
  if (headers['if-match'] === undefined) return;
  replaceValues(rawHeaders, 'if-match', (value) =>
    value.replaceAll(LIFTED, (_, serviceTag: string) => Buffer.from(serviceTag, 'base64url').toString()),
  );
}
