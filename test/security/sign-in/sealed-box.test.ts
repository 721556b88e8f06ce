import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SealedBox } from '../../../src/security/sign-in/sealed-box.ts';

const SECRET = 'a secret of more than 32 characters';
const NOW = 1_800_000_000_000;
const box = (purpose = 'session', secret = SECRET, now = NOW) => new SealedBox(secret, [purpose], () => now);

describe('A sealed box', () => {
  it('Opens what it sealed, for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const sealed = box().seal(value, NOW + 1);
        expect(sealed).toMatch(/^[\w-]+$/);
        expect(box().open(sealed)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('Opens no text in which one character was changed, added or removed', () => {
    const sealed = box().seal({ name: 'Anna' }, NOW + 1);
    for (let at = 0; at <= sealed.length; at++) {
      const [start, rest] = [sealed.slice(0, at), sealed.slice(at)];
      const other = rest.startsWith('A') ? 'B' : 'A';
      const changed = [
        `${start}${other}${rest.slice(1)}`,
        `${start}A${rest}`,
        `${start}=${rest}`,
        `${start} ${rest}`,
      ];
      if (rest !== '') changed.push(start + rest.slice(1));
      for (const text of changed) if (text !== sealed) expect(box().open(text)).toBeUndefined();
    }
  });

  it('Opens no other text', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(box().open(text)).toBeUndefined()));
  });

  it('Opens nothing that was sealed for another purpose, or with another secret', () => {
    const sealed = box().seal('x', NOW + 1);
    expect(box('sign-in').open(sealed)).toBeUndefined();
    expect(box('session', `${SECRET}.`).open(sealed)).toBeUndefined();
    expect(new SealedBox(SECRET, ['session', ''], () => NOW).open(sealed)).toBeUndefined();
  });

  it('Opens nothing that has ended', () => {
    const sealed = box().seal('x', NOW);
    expect(box().open(sealed)).toBeUndefined();
    expect(box('session', SECRET, NOW - 1).open(sealed)).toBe('x');
  });

  it('Seals the same value differently each time, so that equal sessions cannot be recognized', () => {
    expect(box().seal('x', NOW)).not.toBe(box().seal('x', NOW));
  });
});
