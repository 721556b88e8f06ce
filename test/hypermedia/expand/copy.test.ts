import { describe, expect, it } from '@jest/globals';
import { copyJson } from '../../../src/hypermedia/expand/copy.ts';

describe('A copy of JSON', () => {
  const text = '{"a":{"b":[{"c":1},null,"d"]},"e":null,"__proto__":{"polluted":true}}';

  it('equals the original', () => {
    expect(JSON.stringify(copyJson(JSON.parse(text)))).toBe(text);
  });

  it('can be changed without changing the original', () => {
    const original = JSON.parse(text);
    const copy = copyJson(original);
    copy.a.b[0].c = 2;
    copy.a.b.push('more');
    expect(JSON.stringify(original)).toBe(text);
  });

  it('keeps a member named __proto__', () => {
    expect(copyJson(JSON.parse(text)).polluted).toBeUndefined();
  });
});
