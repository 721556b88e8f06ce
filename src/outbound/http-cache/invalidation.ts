/**
 * Which resources an unsafe request invalidates (RFC 9111 §4.4): its target, those that `Location` and
 * `Content-Location` name, and those in `Link: <…>; rel="invalidates"`; only resources of the same origin.
 */
import LinkHeader from 'http-link-header';
import { fieldOf } from '../../http/headers/raw-headers.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);

/**
 * @param origins of the service: where it listens, and under which clients call it
 * @returns path and query of each resource
 */
export function invalidatedPaths(
  { method, path }: { readonly method: string; readonly path: string },
  { status, rawHeaders }: Pick<UpstreamResponse, 'status' | 'rawHeaders'>,
  origins: readonly string[],
): string[] {
  if (SAFE.has(method) || status >= 400) return [];
  const [origin = ''] = origins;
  const named = ['location', 'content-location'].flatMap((name) => fieldOf(rawHeaders, name) ?? []);
  const others = [...named, ...linkedUrls(fieldOf(rawHeaders, 'link'))].flatMap((href) => {
    const url = URL.parse(href, origin + path);
    return url !== null && origins.includes(url.origin) ? [url.pathname + url.search] : [];
  });
  return [path, ...others];
}

function linkedUrls(value: string | undefined): string[] {
  if (!value?.includes('invalidates')) return [];
  try {
    return LinkHeader.parse(value)
      .rel('invalidates')
      .map(({ uri }) => uri);
  } catch {
    return [];
  }
}
