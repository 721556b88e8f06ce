/**
 * Reads the head of a response that `node:http` has written, and turns it into fields of HTTP/2: names in lower case
 * (RFC 9113 §8.2), without the fields of a connection (§8.2.2), and without blanks around values (§8.2.1). Node has
 * checked names and values before.
 */

export interface ResponseHead {
  readonly status: number;
  /** Name, value, name, value … */
  readonly fields: readonly string[];
}

/** A response with one of them is malformed (RFC 9113 §8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'http2-settings',
]);

/** `HTTP/1.1 200 OK`. The reason does not exist in HTTP/2. */
const STATUS_START = 'HTTP/1.1 '.length;

/** @param head without the empty line at its end */
export function parseResponseHead(head: string): ResponseHead {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const fields: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon > 0 && !CONNECTION_FIELDS.has(name)) fields.push(name, line.slice(colon + 1).trim());
  }
  return { status: Number(statusLine.slice(STATUS_START, STATUS_START + 3)), fields };
}
