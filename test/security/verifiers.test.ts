import { describe, expect, it } from '@jest/globals';
import type { Verifier } from '../../src/security/verifier.ts';
import { Verifiers } from '../../src/security/verifiers.ts';

function counted() {
  const created: string[] = [];
  const closed: string[] = [];
  const verifiers = new Verifiers<{ readonly id?: number; readonly broken?: boolean }>(
    async ({ id, broken }) => {
      if (broken) throw new Error('broken');
      created.push(String(id));
      return {
        verify: () => ({ rejected: 'x', reason: 'x' }),
        close: () => void closed.push(String(id)),
      };
    },
  );
  return { verifiers, created, closed };
}

describe('The verifiers of a gateway', () => {
  it('A scheme with the same configuration keeps its verifier across reloads', async () => {
    const { verifiers, created, closed } = counted();
    const before = await verifiers.hold({ a: { id: 1 }, b: { id: 2 } });
    const after = await verifiers.hold({ a: { id: 1 }, b: { id: 3 } });
    expect(after.byScheme.get('a')).toBe(before.byScheme.get('a'));
    expect(created).toEqual(['1', '2', '3']);
    await before.release();
    expect(closed).toEqual(['2']);
    await after.release();
    expect(closed.toSorted()).toEqual(['1', '2', '3']);
  });

  it('Releasing twice counts once', async () => {
    const { verifiers, closed } = counted();
    const first = await verifiers.hold({ a: { id: 1 } });
    const second = await verifiers.hold({ a: { id: 1 } });
    await first.release();
    await first.release();
    expect(closed).toEqual([]);
    await second.release();
    expect(closed).toEqual(['1']);
  });

  it('A scheme that cannot be created leaves nothing open, and can be created later', async () => {
    const { verifiers, closed } = counted();
    await expect(verifiers.hold({ a: { id: 1 }, b: { broken: true } })).rejects.toThrow('broken');
    expect(closed).toEqual(['1']);
    const { release } = await verifiers.hold({ a: { id: 1 } });
    await release();
    expect(closed).toEqual(['1', '1']);
  });

  it('A scheme that fails while another is still being created does not end the process', async () => {
    const unhandled: unknown[] = [];
    const record = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', record);
    try {
      const slow = Promise.withResolvers<Verifier>();
      const verifiers = new Verifiers<string>((config) =>
        config === 'slow' ? slow.promise : Promise.reject(new Error('broken')),
      );
      const held = verifiers.hold({ a: 'slow', b: 'broken' });
      // Node reports rejections without a handler before the next turn of the event loop.
      await new Promise(setImmediate);
      slow.resolve({ verify: () => ({ rejected: 'x', reason: 'x' }) });
      await expect(held).rejects.toThrow('broken');
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', record);
    }
  });
});
