import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { UpstreamAnswer } from '../../src/outbound/answer.ts';

const LENGTH = 100_000;
const controller = { pause: () => {}, resume: () => {}, abort: () => {} };

const arriving = () => {
  const answer = new UpstreamAnswer(undefined, 200, [], controller);
  for (let i = 0; i < LENGTH; i++) answer.receive(Buffer.from('x'));
  return answer;
};

/** Sends an answer on, and counts in how many pieces. */
const piped = (answer: UpstreamAnswer) => {
  const res = new ServerResponse(new IncomingMessage(new Socket()));
  const sent = { pieces: 0, bytes: 0 };
  const count = (chunk: string | Buffer) => {
    sent.pieces += 1;
    sent.bytes += chunk.length;
    return true;
  };
  res.write = count as typeof res.write;
  res.end = ((chunk?: string | Buffer) => {
    if (chunk !== undefined) count(chunk);
    return res;
  }) as typeof res.end;
  answer.pipe(res, []);
  return sent;
};

describe('An answer that comes byte by byte', () => {
  it('is held in few pieces until it is sent on', () => {
    const answer = arriving();
    answer.finish();
    const { pieces, bytes } = piped(answer);
    expect(bytes).toBe(LENGTH);
    expect(pieces).toBeLessThan(20);
  });

  it('is sent on in few pieces after it was too large to be read', async () => {
    const answer = arriving();
    expect(await answer.peek(LENGTH / 2)).toBeUndefined();
    answer.finish();
    const { pieces, bytes } = piped(answer);
    expect(bytes).toBe(LENGTH);
    expect(pieces).toBeLessThan(20);
  });

  it('is read whole', async () => {
    const answer = arriving();
    answer.finish();
    expect((await answer.peek(LENGTH))?.length).toBe(LENGTH);
    expect((await answer.collect(LENGTH)).length).toBe(LENGTH);
  });
});
