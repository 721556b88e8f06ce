/**
 * The entity tag of a lifted resource holds the service's own (RFC 9110 §8.8.3): the bytes are others, and still a
 * condition on a change can be given to the service that keeps the resource.
 */
import type { IncomingMessage } from 'node:http';
import { etagOf } from '../../http/headers/etag.ts';

/** @param serviceTag what the service sent; without it the tag stands for no state */
export const liftedTag = (bytes: Uint8Array, serviceTag: string | undefined): string =>
  etagOf(
    bytes,
    serviceTag === undefined ? undefined : PREFIX + Buffer.from(serviceTag).toString('base64url'),
  );

const PREFIX = 'of-';
const LIFTED = new RegExp(`"${PREFIX}([\\w-]+)\\.[\\w-]+"`, 'g');

/** Puts the service's own tags back where a caller names lifted ones in `If-Match` (§13.1.1). */
export function restoreTags({ headers, rawHeaders }: IncomingMessage): void {
  if (headers['if-match'] === undefined) return;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.toLowerCase() === 'if-match')
      rawHeaders[i + 1] = (rawHeaders[i + 1] as string).replaceAll(LIFTED, (_, serviceTag: string) =>
        Buffer.from(serviceTag, 'base64url').toString(),
      );
}
