/** Instances of a service that are there for a known share of the requests. */
import type { RequestListener } from 'node:http';
import { type Listening, listen } from '../../src/http/server/listen.ts';

/** How a service that is there 99 % of the time is not there the rest of it. */
export type Weakness = 'blips' | 'outages';

/** Share of the requests that an instance answers. */
export const AVAILABILITY = 0.99;

/** Requests in a row for which an instance that is out is out. */
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
  /** Whether all are there all the time, for as long as answers are gathered. */
  isCalm: boolean;
}

/** Every request has its number as its id, so that no clock has a say in when an instance is out. */
const numberOf = (id: string | string[] | undefined): number => Number(String(id).split('-').at(-1));

export function startInstance(lab: Lab, seed: number): Promise<Listening> {
  let requests = 0;
  const isOut = (n: number): boolean => {
    // A repetition of a blip is another throw of the dice; of an outage it is not.
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
