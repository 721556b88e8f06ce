/**
 * Changes the head of a response when it is written, so that errors, cached responses, 304 and streams all have the
 * change. The last change that was added runs first.
 */
import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** @param change gets the raw headers of `writeHead`, without those of `setHeader`, and returns raw headers */
export function changeHead(res: ServerResponse, change: (head: string[]) => readonly string[]): void {
  const { writeHead } = res;
  res.writeHead = (
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ) => {
    // Later calls are those of Node.js.
    res.writeHead = writeHead;
    const text = typeof reason === 'string' ? reason : undefined;
    const head = change(toRaw(typeof reason === 'string' ? headers : reason));
    return Reflect.apply(writeHead, res, text === undefined ? [status, head] : [status, text, head]);
  };
}

/** A raw array of headers in any form that `writeHead` accepts. */
function toRaw(headers: OutgoingHttpHeaders | OutgoingHttpHeader[] | undefined): string[] {
  if (headers === undefined) return [];
  if (Array.isArray(headers)) return headers.flat().map(String);
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((one) => [name, String(one)]),
  );
}
