/** The memory of all request bodies together: it never exceeds its limit, and all of it is given back. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../../src/contract/problem.ts';
import { HeldBodies, HeldBody } from '../../../src/http/body/held-bodies.ts';
import { Upload } from '../../../src/http/body/upload.ts';
import { readWholeBody } from '../../../src/http/body/whole-body.ts';

const turn = () => new Promise(setImmediate);

type Request = PassThrough & IncomingMessage;

function exchange(headers: Record<string, string> = {}) {
  const req = Object.assign(new PassThrough(), { headers, socket: { destroyed: false } });
  const res = Object.assign(new EventEmitter(), { closed: false, req });
  return {
    req: req as unknown as Request,
    res: res as unknown as ServerResponse,
    close: () => {
      res.closed = true;
      res.emit('close');
    },
  };
}

/** The outcome of a body: its size, the code of a problem, or the message of another error. */
const settle = (reading: Promise<{ bytes: Buffer; decoded: Buffer }>): Promise<number | string> =>
  reading.then(
    ({ bytes, decoded }) => bytes.length + (decoded === bytes ? 0 : decoded.length),
    (error: Error) => (error instanceof Problem ? error.type.code : error.message),
  );

const sent = fc.record({
  chunks: fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 6 }),
  isDeclared: fc.boolean(),
  coding: fc.constantFrom('identity', 'gzip', 'not gzip'),
  isStreamed: fc.boolean(),
  end: fc.constantFrom('complete', 'abort', 'stall'),
});

describe('The memory of bodies', () => {
  it('The memory of all bodies stays below its limit, covers all that is held, and returns to 0', async () => {
    const outcomes = new Set<number | string>();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6000 }),
        fc.integer({ min: 1, max: 12_000 }),
        fc.array(sent, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        async (body, bodies, requests, choices) => {
          const all = new HeldBodies();
          const limits = { body, bodies };
          const held = new Map<number, number>();
          const uploads = new Map<number, Upload>();
          const check = () => {
            expect(all.bytes).toBeLessThanOrEqual(bodies);
            const results = [...held.values()].reduce((sum, bytes) => sum + bytes, 0);
            // An upload counts when its next chunk arrives.
            const open = [...uploads.values()].filter(({ destroyed }) => !destroyed);
            const waiting = open.reduce((sum, { readableLength }) => sum + readableLength, 0);
            expect(all.bytes).toBeGreaterThanOrEqual(results + waiting);
          };
          const running = requests.map(({ chunks, isDeclared, coding, isStreamed, end }, index) => {
            const plain = chunks.map((length) => Buffer.alloc(length, 'x'));
            const bytes = coding === 'gzip' ? [gzipSync(Buffer.concat(plain))] : plain;
            const length = bytes.reduce((sum, one) => sum + one.length, 0);
            const { req, res, close } = exchange({
              ...(isDeclared && { 'content-length': String(length) }),
              ...(coding !== 'identity' && { 'content-encoding': 'gzip' }),
            });
            const share = new HeldBody(all, bodies, res);
            if (isStreamed) {
              const upload = new Upload(body, share);
              upload.on('error', (error) => {
                outcomes.add(error instanceof Problem ? error.type.code : error.message);
                req.resume();
              });
              uploads.set(index, upload);
              req.once('close', () => upload.destroy());
              req.pipe(upload);
            } else
              void settle(readWholeBody(req, share, limits)).then((outcome) => {
                outcomes.add(typeof outcome === 'number' ? 'read' : outcome);
                if (typeof outcome === 'number' && !res.closed) held.set(index, outcome);
              });
            const steps: (() => unknown)[] = bytes.map((chunk) => () => req.write(chunk));
            if (end === 'complete') steps.push(() => req.end());
            if (end === 'abort') steps.push(() => req.destroy(new Error('aborted')));
            steps.push(() => {
              held.delete(index);
              // The call of the service is aborted.
              uploads.get(index)?.destroy();
              close();
            });
            // The response closes again after an abort.
            steps.push(close);
            req.on('error', () => {});
            return steps;
          });
          for (const choice of choices) {
            const open = running.filter((steps) => steps.length > 0);
            if (open.length === 0) break;
            open[choice % open.length]?.shift()?.();
            await turn();
            check();
          }
          expect(all.bytes).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
    // The cases that matter have occurred.
    for (const one of ['read', 'overloaded', 'content-too-large', 'bad-request', 'aborted'])
      expect(outcomes).toContain(one);
  });

  it('A body counts with the bytes that arrived, not with its declared length', async () => {
    const all = new HeldBodies();
    const { req, res, close } = exchange({ 'content-length': '90' });
    void readWholeBody(req, new HeldBody(all, 100, res), { body: 100, bodies: 100 });
    req.write('x'.repeat(10));
    await turn();
    expect(all.bytes).toBe(10);
    close();
    expect(all.bytes).toBe(0);
  });

  it('What arrives after the response is discarded', async () => {
    const all = new HeldBodies();
    const { req, res, close } = exchange();
    void readWholeBody(req, new HeldBody(all, 100, res), { body: 100, bodies: 100 });
    req.write('x');
    await turn();
    close();
    for (let at = 0; at < 10; at++) req.write('x'.repeat(1000));
    await turn();
    expect([req.readableFlowing, req.readableLength, req.listenerCount('data')]).toEqual([true, 0, 0]);
    expect(all.bytes).toBe(0);
  });

  it('Nothing is held for a response that has closed already', () => {
    const all = new HeldBodies();
    const { res, close } = exchange();
    close();
    const held = new HeldBody(all, 100, res);
    expect([held.isReleased, held.resize(50), all.bytes]).toEqual([true, true, 0]);
  });

  it('A compressed body counts with its compressed and its decompressed size', async () => {
    const all = new HeldBodies();
    const { req, res } = exchange({ 'content-encoding': 'gzip' });
    const reading = readWholeBody(req, new HeldBody(all, 10_000, res), { body: 5000, bodies: 10_000 });
    const bytes = gzipSync('x'.repeat(4000));
    req.end(bytes);
    await reading;
    expect(all.bytes).toBe(bytes.length + 4000);
  });

  it.each([
    ['that does not fit next to others', 100, 503],
    ['that is larger than all bodies may be', 10, 413],
  ])('A body %s gets its own status', async (_, bodies, status) => {
    const all = new HeldBodies();
    all.resize(0, 50, 100);
    const { req, res } = exchange({ 'content-length': '60' });
    const limits = { body: 1000, bodies };
    await expect(readWholeBody(req, new HeldBody(all, bodies, res), limits)).rejects.toMatchObject({
      status,
    });
    expect(all.bytes).toBe(50);
  });
});
