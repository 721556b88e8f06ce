import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { contextOf, findContext } from '../../src/http/context.ts';

describe('Request context', () => {
  it('contextOf() throws where identify() has not run', () => {
    const req = new IncomingMessage(new Socket());
    expect(findContext(req)).toBeUndefined();
    expect(() => contextOf(req)).toThrow('identify()');
  });
});
