import { createServer, type Server } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { causeCode, causeText } from '../../../src/http/problems/cause.ts';

const withCode = (code: unknown, message = 'connect ECONNREFUSED 10.0.0.7:5432') =>
  Object.assign(new Error(message), { code });

describe('Cause of a failure', () => {
  it.each([
    ['ECONNREFUSED', 'nothing listens at its address, ECONNREFUSED'],
    ['ENOTFOUND', 'its host name is unknown, ENOTFOUND'],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'its certificate is self-signed and not trusted, DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    ['ENOSPC', 'no space is left on the disk, ENOSPC'],
    ['53100', 'no space is left on the disk, 53100'],
    ['ERR_SOMETHING_NEW', 'ERR_SOMETHING_NEW'],
  ])('%s is explained without an address', (code, text) => {
    const error = withCode(code);
    for (const wrapped of [error, new Error('outer', { cause: error }), new AggregateError([error], 'all')]) {
      const known = wrapped instanceof AggregateError ? Object.assign(wrapped, { code }) : wrapped;
      expect([causeCode(known), causeText(known)]).toEqual([code, text]);
    }
  });

  it.each([
    undefined,
    null,
    'text',
    7,
    new Error('10.0.0.7'),
    withCode(7),
    withCode('see http://10.0.0.7'),
    withCode('hasOwnProperty'),
  ])('%p has no known code and is not explained', (error) => {
    expect([causeCode(error), causeText(error)]).toEqual([undefined, undefined]);
  });

  it('A cyclic chain of causes is searched', () => {
    const error = new Error('round') as Error & { cause: unknown };
    error.cause = error;
    expect(causeCode(error)).toBeUndefined();
  });

  it('The error of Node for an unused port is explained', async () => {
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const error = await fetch(`http://127.0.0.1:${port}`).catch((cause: unknown) => cause);
    expect(causeText(error)).toBe('nothing listens at its address, ECONNREFUSED');
  });
});
