/** The services behind: each answer takes them 5 ms. Counts what it is asked. */
import { createHash } from 'node:crypto';
import { listen } from '../../../src/http/server/listen.ts';
import { reportTo } from '../child.ts';
import { answerTo } from './answers.ts';

const LATENCY = 5;

interface Answer {
  readonly head: string[];
  readonly body: Buffer;
}

const answer = (url: string): Answer => {
  const body = Buffer.from(JSON.stringify(answerTo(url)));
  const etag = createHash('sha1').update(body).digest('base64url');
  const head = [
    ...['Content-Type', 'application/hal+json', 'Content-Length', String(body.length)],
    ...['ETag', `"${etag}"`, 'Cache-Control', 'no-cache', 'Vary', 'Accept, Prefer'],
    ...['Link', `<${url}>; rel="self"`],
  ];
  return { head, body };
};

const answers = new Map<string, Answer>();
let asked = 0;

const { url } = await listen(
  (req, res) => {
    asked += 1;
    const path = req.url ?? '/';
    const { head, body } = answers.get(path) ?? answer(path);
    answers.set(path, { head, body });
    setTimeout(() => res.writeHead(200, head).end(body), LATENCY);
  },
  { port: 0, host: '127.0.0.1' },
);
reportTo(process, url, () => asked);
