/** The two services of the run: faults are injected before `catalog`, and `accounts` always works. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Listening, listen } from '../../src/http/server/listen.ts';

/** Never fresh, so that every GET calls the service; the cached response is used while the service is down. */
const CACHEABLE = 'max-age=0, stale-if-error=600';

const json = (res: ServerResponse, status: number, body: object, cacheControl = 'no-store'): void => {
  const text = JSON.stringify(body);
  res
    .writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': cacheControl,
    })
    .end(text);
};

function catalog(req: IncomingMessage, res: ServerResponse): void {
  req.resume();
  const [, place = '', id = ''] = (req.url ?? '').split('/');
  const item = { id, name: `Item ${id}`, text: 'x'.repeat(900) };
  if (req.method === 'POST') json(res, 201, { id: 'r1' });
  else json(res, 200, item, place === 'items' && req.method === 'GET' ? CACHEABLE : undefined);
}

function accounts(req: IncomingMessage, res: ServerResponse): void {
  const id = (req.url ?? '').split('/')[2] ?? '';
  json(res, 200, { id, itemId: '1' });
}

const place = { port: 0, host: '127.0.0.1' };

export const startCatalog = (): Promise<Listening> => listen(catalog, place);
export const startAccounts = (): Promise<Listening> => listen(accounts, place);
