/** Instances of a service that succeed for a known share of the requests. */
import type { RequestListener } from 'node:http';
import { type Listening, listen } from '../../src/http/server/listen.ts';

/** How a service that is available 99 % of the time fails the rest of the time. */
export type Weakness = 'blips' | 'outages';

/** The share of the requests to which an instance responds. */
export const AVAILABILITY = 0.99;

/** The number of requests in a row that fail in an outage. */
export const OUTAGE = 5;

/** Numbers from 0 to 1, evenly spread, the same in every run (mulberry32). */
const random = (seed: number): number => {
  let a = (seed + 0x6d2b79f5) | 0;
  a = Math.imul(a ^ (a >>> 15), a | 1);
  a ^= a + Math.imul(a ^ (a >>> 7), a | 61);
  return ((a ^ (a >>> 14)) >>> 0) / 2 ** 32;
};

export interface Lab {
  weakness: Weakness;
  /** Whether no instance fails, while the cache is filled. */
  isCalm: boolean;
}

/** The id of every request contains its number, so that outages do not depend on the clock. */
const numberOf = (id: string | string[] | undefined): number => Number(String(id).split('-').at(-1));

export function startInstance(lab: Lab, seed: number): Promise<Listening> {
  let requests = 0;
  const isOut = (n: number): boolean => {
    // A retry after a blip has a new chance; a retry in an outage has not.
    const thrown = lab.weakness === 'blips' ? requests++ : Math.floor(n / OUTAGE);
    return random(seed * 1_000_003 + thrown) >= AVAILABILITY;
  };
  const respond: RequestListener = (req, res) => {
    const id = (req.url ?? '').split('/')[2] ?? '';
    if (!lab.isCalm && isOut(numberOf(req.headers['x-request-id']))) {
      res.writeHead(503, { 'Content-Length': 0 }).end();
      return;
    }
    const text = JSON.stringify({ id });
    const head = { 'Content-Type': 'application/json', 'Content-Length': text.length };
    res.writeHead(200, { ...head, 'Cache-Control': 'max-age=0, stale-if-error=600' }).end(text);
  };
  return listen(respond, { port: 0, host: '127.0.0.1' });
}
