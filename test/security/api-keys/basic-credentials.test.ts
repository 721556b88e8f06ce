import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseBasicCredentials } from '../../../src/security/api-keys/basic-credentials.ts';

const encode = (text: string) => Buffer.from(text).toString('base64');

describe('Basic credentials', () => {
  it('Are parsed as in the examples of RFC 7617 §2', () => {
    expect(parseBasicCredentials('QWxhZGRpbjpvcGVuIHNlc2FtZQ==')).toEqual({
      user: 'Aladdin',
      password: 'open sesame',
    });
    expect(parseBasicCredentials('dGVzdDoxMjPCow==')).toEqual({ user: 'test', password: '123£' });
  });

  it('Have a password with all that follows the first colon', () => {
    expect(parseBasicCredentials(encode('a:b:c:'))).toEqual({ user: 'a', password: 'b:c:' });
  });

  it('Are normalized, so that one password has one form', () => {
    expect(parseBasicCredentials(encode('e\u0301:u\u0308'))).toEqual({ user: '\u00e9', password: '\u00fc' });
  });

  it.each([
    ['nothing', ''],
    ['no colon', encode('alice')],
    ['no user', encode(':password')],
    ['no password', encode('alice:')],
    ['a control character', encode('alice:pass\nword')],
    ['a NUL', encode('alice\0:password')],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0x3a, 0xff]).toString('base64')],
    ['spaces in the base64', ' YTpi'],
    ['missing padding', 'YTpiYg'],
    ['too much padding', 'YTpi===='],
    ['other last bits than zero', 'YTpiYh=='],
    ['base64url', encode('a:>>>???').replaceAll('+', '-').replaceAll('/', '_')],
    ['more than 1,024 characters', encode(`a:${'x'.repeat(800)}`)],
  ])('Are refused with %s', (_, text) => {
    expect(parseBasicCredentials(text)).toBeUndefined();
  });

  it('Have one spelling only: any other text that decodes to the same bytes is refused', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), fc.string({ maxLength: 5 }), fc.nat(), (text, extra, at) => {
        const whole = encode(`a:b${text}`);
        const place = at % (whole.length + 1);
        const other = whole.slice(0, place) + extra + whole.slice(place);
        const isOther = other !== whole && Buffer.from(other, 'base64').equals(Buffer.from(whole, 'base64'));
        fc.pre(isOther);
        expect(parseBasicCredentials(other)).toBeUndefined();
      }),
      { numRuns: 50, maxSkipsPerRun: 1000 },
    );
  });
});
