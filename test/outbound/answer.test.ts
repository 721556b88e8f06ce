import { describe, expect, it } from '@jest/globals';
import { UpstreamAnswer } from '../../src/outbound/answer.ts';

const LENGTH = 100_000;
const controller = { pause: () => {}, resume: () => {}, abort: () => {} };

const arriving = () => {
  const answer = new UpstreamAnswer(undefined, 200, [], controller);
  for (let i = 0; i < LENGTH; i++) answer.receive(Buffer.from('x'));
  return answer;
};

describe('An answer that comes byte by byte', () => {
  it('is held in few pieces until it is taken', async () => {
    const answer = arriving();
    answer.finish();
    const pieces: Buffer[] = await answer.stream().toArray();
    expect(Buffer.concat(pieces).length).toBe(LENGTH);
    expect(pieces.length).toBeLessThan(20);
  });

  it('goes on in few pieces after it was too large to be read', async () => {
    const answer = arriving();
    expect(await answer.peek(LENGTH / 2)).toBeUndefined();
    answer.finish();
    const pieces: Buffer[] = await answer.stream().toArray();
    expect(Buffer.concat(pieces).length).toBe(LENGTH);
    expect(pieces.length).toBeLessThan(20);
  });

  it('is read whole', async () => {
    const answer = arriving();
    answer.finish();
    expect((await answer.peek(LENGTH))?.length).toBe(LENGTH);
    expect((await answer.collect(LENGTH)).length).toBe(LENGTH);
  });
});
