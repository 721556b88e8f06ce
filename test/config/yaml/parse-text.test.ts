/** Texts that are made to be more than they look like. */
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../../src/config/config-error.ts';
import { MAX_DEPTH, parseText, sizeOf } from '../../../src/config/yaml/parse-text.ts';
import { hostileTexts } from '../../support/hostile.ts';

describe('A text', () => {
  it.each(Object.entries(hostileTexts))('is rejected in one line if it is hostile: %s', (_, text) => {
    const act = () => parseText(text, 'a.yaml');
    expect(act).toThrow(ConfigError);
    expect(act).toThrow(/^a\.yaml:/);
    expect(act).not.toThrow('\n');
  });

  it.each([
    ['{"a":[1,{"b":null}]}', { a: [1, { b: null }] }],
    ['a: &a [1]\nb: *a', { a: [1], b: [1] }],
    ['a: !Ref x', { a: 'x' }],
    ['a: "\u0001"', { a: '\u0001' }],
    ['', null],
    ['# nothing', null],
  ])('is parsed: %j', (text, value) => {
    expect(parseText(text, 'a.yaml')).toEqual(value);
  });

  it('has syntax errors with their location', () => {
    expect(() => parseText('a: 1\nb: 2\na: 3', 'a.yaml')).toThrow(
      'a.yaml:3:1: neither YAML nor JSON: duplicated mapping key',
    );
  });

  it('has a separate copy for each use of an alias', () => {
    const { a, b } = parseText('a: &a { x: 1 }\nb: *a', 'a.yaml') as { a: object; b: object };
    expect(a).toEqual(b);
    expect(a).not.toBe(b);
  });

  it('can be nested up to the limit, but not deeper', () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect(sizeOf(parseText(nested(MAX_DEPTH), 'a.json'))).toEqual({
      values: MAX_DEPTH + 1,
      levels: MAX_DEPTH,
    });
    expect(() => parseText(nested(MAX_DEPTH + 1), 'a.json')).toThrow(`deeper than ${MAX_DEPTH} levels`);
  });
});
