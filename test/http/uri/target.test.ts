import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../../src/contract/problem.ts';
import { queryOf, readQuery, splitTarget } from '../../../src/http/uri/target.ts';

describe('Request target', () => {
  it('A target is split at its first question mark without loss', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/[a-z/]*$/), fc.stringMatching(/^[a-z?=&/]*$/), (path, query) => {
        expect(splitTarget(`${path}?${query}`)).toEqual([path, query]);
        expect(splitTarget(path)).toEqual([path, '']);
      }),
    );
  });

  it('Values in the query may contain question marks', () => {
    expect(queryOf('/search?q=what?&next=/a?b=c').get('q')).toBe('what?');
    expect(queryOf('/search?q=what?&next=/a?b=c').get('next')).toBe('/a?b=c');
  });
});

describe('Query of a request', () => {
  it('Any query is read completely', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string({ unit: 'grapheme' }))), (pairs) => {
        const written = new URLSearchParams(pairs.map(([name, value]) => [name, value.toWellFormed()]));
        expect([...readQuery(written.toString())]).toEqual([...written]);
      }),
    );
  });

  it.each(['q=100%', 'q=%zz', 'q=%E9', '%ff=1', 'a=1&q=%C3'])('The query %s is refused', (query) => {
    expect(() => readQuery(query)).toThrow(Problem);
  });
});
