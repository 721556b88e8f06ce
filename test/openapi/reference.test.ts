import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fragmentPointer } from '../../src/contract/json-pointer.ts';
import {
  followChain,
  followReference,
  parseReference,
  referenceName,
  resolveReference,
} from '../../src/openapi/reference.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Each reference leads to the next, and the last one to a value. */
const row = (length: number) => ({
  components: {
    schemas: Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `S${index}`,
        index + 1 < length ? ref(`S${index + 1}`) : { type: 'string' },
      ]),
    ),
  },
});

describe('A reference', () => {
  it.each([
    ['', { document: '', fragment: '', tokens: [], anchor: undefined }],
    ['#', { document: '', fragment: '', tokens: [], anchor: undefined }],
    [
      '#/a~1b/%7Bc%7D',
      { document: '', fragment: '/a~1b/%7Bc%7D', tokens: ['a/b', '{c}'], anchor: undefined },
    ],
    ['a.yaml', { document: 'a.yaml', fragment: '', tokens: [], anchor: undefined }],
    ['a.yaml#/b', { document: 'a.yaml', fragment: '/b', tokens: ['b'], anchor: undefined }],
    ['a.yaml#b%20c', { document: 'a.yaml', fragment: 'b%20c', tokens: [], anchor: 'b c' }],
    ['#100%', { document: '', fragment: '100%', tokens: [], anchor: '100%' }],
  ])('%j is parsed', (text, parts) => {
    expect(parseReference(text)).toEqual(parts);
  });

  it('to a location of a document is parsed to its tokens, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (tokens) => {
        expect(parseReference(fragmentPointer(tokens)).tokens).toEqual(tokens);
      }),
    );
  });

  it('has the name of the component that it leads to', () => {
    expect(referenceName({ $ref: 'other.yaml#/components/schemas/A~1B' })).toBe('A/B');
    expect(referenceName({ $ref: '#anchor' })).toBeUndefined();
    expect(referenceName({ type: 'string' })).toBeUndefined();
  });
});

describe('Following a reference', () => {
  const document = {
    components: {
      schemas: {
        A: ref('B'),
        B: { type: 'string' },
        Elsewhere: { $ref: 'other.yaml#/components/schemas/B' },
        Named: { $ref: '#name' },
        Nothing: ref('Missing'),
        Null: null,
        Self: ref('Self'),
        Left: ref('Right'),
        Right: ref('Left'),
      },
    },
  };
  const follow = (name: string) => followReference(document, ref(name).$ref);

  it.each([
    ['A', 'value', ref('B').$ref],
    ['B', 'value', ref('B').$ref],
    ['Null', 'value', ref('Null').$ref],
    ['Elsewhere', 'external', 'other.yaml#/components/schemas/B'],
    ['Named', 'anchor', '#name'],
    ['Nothing', 'missing', ref('Missing').$ref],
    ['Self', 'circular', ref('Self').$ref],
    ['Left', 'circular', ref('Right').$ref],
  ])('to %s has the outcome %s', (name, outcome, reference) => {
    expect(follow(name)).toMatchObject({ outcome, reference });
  });

  it('gives the target of the last reference', () => {
    expect(follow('A').value).toEqual({ type: 'string' });
  });

  it.each(['Elsewhere', 'Named', 'Nothing', 'Null', 'Self', 'Left'])('to %s gives no object', (name) => {
    expect(resolveReference(document, ref(name))).toBeUndefined();
  });

  it('follows twenty references, and treats a longer chain as circular', () => {
    expect(followReference(row(20), ref('S0').$ref)).toMatchObject({
      outcome: 'value',
      value: { type: 'string' },
    });
    expect(followReference(row(21), ref('S0').$ref)).toMatchObject({
      outcome: 'circular',
      value: ref('S20'),
    });
    expect(followReference(row(50_000), ref('S0').$ref).outcome).toBe('circular');
  });

  it('ends for any graph of references', () => {
    const names = fc.constantFrom('A', 'B', 'C', 'D');
    fc.assert(
      fc.property(fc.dictionary(names, names), names, (next, start) => {
        const schemas = Object.fromEntries(Object.entries(next).map(([name, to]) => [name, ref(to)]));
        const { outcome } = followReference({ components: { schemas } }, ref(start).$ref);
        expect(outcome).toMatch(/^(circular|missing)$/);
      }),
    );
  });

  it('returns a value that is no reference', () => {
    const value = { type: 'string' };
    expect(resolveReference(document, value)).toBe(value);
    expect(resolveReference(document, undefined)).toBeUndefined();
    expect(resolveReference(document, true as never)).toBeUndefined();
  });
});

it('Any chain is followed to its end, or until it repeats', () => {
  const next = (limit: number) => (one: number) => (one < limit ? one + 1 : undefined);
  expect(followChain<number>(1, next(5), String)).toEqual({
    steps: [1, 2, 3, 4, 5],
    last: 5,
    isCircle: false,
  });
  expect(followChain<number>(1, (one) => (one === 3 ? 1 : one + 1), String)).toEqual({
    steps: [1, 2, 3],
    last: 3,
    isCircle: true,
  });
  expect(followChain<number>(1, next(1000), String).isCircle).toBe(true);
});
