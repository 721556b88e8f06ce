/**
 * The service behind the gateway, which always sends the same 1 KB of JSON. It listens on as many ports as INSTANCES says,
 * in one process: several processes would share one core, at a cost that does not belong to the gateway.
 */
import { listen } from '../../src/http/server/listen.ts';
import { reportTo } from './child.ts';

const body = JSON.stringify({ orderId: 'o1', state: 'APPROVED', note: 'x'.repeat(980) });
const head = ['Content-Type', 'application/json', 'Content-Length', String(body.length), 'ETag', '"1"'];

const start = () => listen((_req, res) => res.writeHead(200, head).end(body), { port: 0, host: '127.0.0.1' });
const instances = await Promise.all(Array.from({ length: Number(process.env.INSTANCES ?? 1) }, start));
reportTo(process, instances.map(({ url }) => url).join());
