/** The service behind: always the same 1 KB of JSON. */
import { listen } from '../../src/http/listen.ts';
import { reportTo } from './child.ts';

const body = JSON.stringify({ orderId: 'o1', state: 'APPROVED', note: 'x'.repeat(980) });
const head = ['Content-Type', 'application/json', 'Content-Length', String(body.length), 'ETag', '"1"'];

const { url } = await listen((_req, res) => res.writeHead(200, head).end(body), {
  port: 0,
  host: '127.0.0.1',
});
reportTo(process, url);
