/** The services behind the gateway. They take 5 ms for each response, and count their requests. */
import { createHash } from 'node:crypto';
import { listen } from '../../../src/http/server/listen.ts';
import { reportTo } from '../child.ts';
import { responseTo } from './responses.ts';

const LATENCY = 5;

interface EncodedResponse {
  readonly head: string[];
  readonly body: Buffer;
}

const encodedResponseTo = (url: string): EncodedResponse => {
  const body = Buffer.from(JSON.stringify(responseTo(url)));
  const etag = createHash('sha1').update(body).digest('base64url');
  const head = [
    'Content-Type',
    'application/hal+json',
    'Content-Length',
    String(body.length),
    'ETag',
    `"${etag}"`,
    'Cache-Control',
    'no-cache',
    'Vary',
    'Accept, Prefer',
    'Link',
    `<${url}>; rel="self"`,
  ];
  return { head, body };
};

const encoded = new Map<string, EncodedResponse>();
let requests = 0;

const { url } = await listen(
  (req, res) => {
    requests += 1;
    const path = req.url ?? '/';
    const { head, body } = encoded.get(path) ?? encodedResponseTo(path);
    encoded.set(path, { head, body });
    setTimeout(() => res.writeHead(200, head).end(body), LATENCY);
  },
  { port: 0, host: '127.0.0.1' },
);
reportTo(process, url, () => requests);
