import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../../src/contract/problem.ts';
import { WebSockets } from '../../../src/gateway/web-socket/web-sockets.ts';

const codeOf = (error: unknown): string => (error instanceof Problem ? error.type.code : String(error));

describe('WebSockets', () => {
  it('In any order of opening and closing, no limit is exceeded, and no place is refused without need', () => {
    const step = fc.record({ client: fc.constantFrom('a', 'b', 'c'), isOpening: fc.boolean() });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 60 }),
        (total, perClient, steps) => {
          const webSockets = new WebSockets();
          const open = new Map<string, (() => void)[]>();
          const count = () => [...open.values()].flat().length;
          for (const { client, isOpening } of steps) {
            const own = open.get(client) ?? [];
            open.set(client, own);
            if (!isOpening) own.pop()?.();
            else {
              const expected =
                own.length >= perClient ? 'too-many-connections' : count() >= total ? 'overloaded' : 'open';
              try {
                own.push(webSockets.reserve(client, { total, perClient }));
                expect('open').toBe(expected);
              } catch (error) {
                expect(codeOf(error)).toBe(expected);
              }
            }
            expect(webSockets.reserved).toBe(count());
            expect(webSockets.clients).toBe([...open.values()].filter(({ length }) => length > 0).length);
          }
        },
      ),
    );
  });

  it('Each service has counts of its own', () => {
    const webSockets = new WebSockets();
    webSockets.of('a').opened += 1;
    expect([webSockets.of('a').opened, webSockets.of('b').opened]).toEqual([1, 0]);
  });
});
