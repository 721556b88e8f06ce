/** A minimal proxy in Node: node:http, the pool of undici, and headers copied from the raw array. */
import { Pool } from 'undici';
import { listen } from '../../src/http/server/listen.ts';
import { reportTo } from './child.ts';

const pool = new Pool(process.env.UPSTREAM ?? '', { connections: 128, pipelining: 1 });

const hopByHop = new Set(['host', 'connection', 'keep-alive', 'transfer-encoding']);

const copied = (raw: readonly (string | Buffer)[]): string[] => {
  const headers: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = String(raw[i]);
    if (!hopByHop.has(name.toLowerCase())) headers.push(name, String(raw[i + 1]));
  }
  return headers;
};

const { url } = await listen(
  (req, res) => {
    const headers = copied(req.rawHeaders);
    pool.dispatch(
      { method: req.method ?? 'GET', path: req.url ?? '/', headers },
      {
        onRequestStart: (controller) =>
          res.once('close', () => controller.abort(new Error('The client left.'))),
        onResponseStart: (controller, status) => {
          res.writeHead(status, copied(controller.rawHeaders as Buffer[]));
        },
        onResponseData: (_controller, chunk) => {
          res.write(chunk);
        },
        onResponseEnd: () => {
          res.end();
        },
        onResponseError: () => {
          res.destroy();
        },
      },
    );
  },
  { port: 0, host: '127.0.0.1' },
);
reportTo(process, url);
