import { describe, expect, it } from '@jest/globals';
import {
  etagOf,
  matchesState,
  passesIfMatch,
  passesIfNoneMatch,
  stateTag,
} from '../../../src/http/headers/etag.ts';

const state = stateTag({ id: 'a', version: 1 });
const [asHal, asJson] = [etagOf('hal', state), etagOf('json', state)];

describe('Entity tag', () => {
  it('Tags are strong and differ between representations and between states', () => {
    const later = stateTag({ id: 'a', version: 2 });
    const tags = [asHal, asJson, etagOf('hal', later), etagOf('hal')];
    for (const tag of tags) expect(tag).toMatch(/^"[\x21\x23-\x7e]+"$/);
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('A tag of any representation identifies its state', () => {
    for (const tag of [asHal, asJson]) expect(matchesState(tag, state)).toBe(true);
    expect(matchesState(`"other", ${asHal}`, state)).toBe(true);
    expect(matchesState('*', state)).toBe(true);
    expect(matchesState(asHal, stateTag({ id: 'a', version: 2 }))).toBe(false);
    expect(matchesState(etagOf('hal'), state)).toBe(false);
  });

  it('If-Match requires a strong tag (RFC 9110 §13.1.1)', () => {
    expect(matchesState(`W/${asHal}`, state)).toBe(false);
    expect(passesIfMatch(`W/${asHal}`, asHal)).toBe(false);
    expect(passesIfMatch(asHal, asHal)).toBe(true);
    expect(passesIfMatch(asJson, asHal)).toBe(false);
    expect(passesIfMatch(undefined, asHal)).toBe(true);
  });

  it('If-None-Match also matches a weak tag (RFC 9110 §13.1.2)', () => {
    expect(passesIfNoneMatch(`"x", W/${asHal}`, asHal)).toBe(false);
    expect(passesIfNoneMatch('*', asHal)).toBe(false);
    expect(passesIfNoneMatch('"x"', asHal)).toBe(true);
    expect(passesIfNoneMatch(undefined, asHal)).toBe(true);
  });
});
