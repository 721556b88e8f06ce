/** Lifted tags contain the tag of the service, which replaces them in conditions of the client. */
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { liftedTag, restoreTags } from '../../../src/gateway/composition/entity-tags.ts';
import { etagOf } from '../../../src/http/headers/etag.ts';

/** The headers that reach the service. */
const restored = (...rawHeaders: string[]): string[] => {
  const headers: Record<string, string> = {};
  for (let i = 0; i < rawHeaders.length; i += 2)
    headers[String(rawHeaders[i]).toLowerCase()] = String(rawHeaders[i + 1]);
  restoreTags({ headers, rawHeaders } as unknown as IncomingMessage);
  return rawHeaders;
};

const own = fc
  .tuple(fc.constantFrom('', 'W/'), fc.stringMatching(/^[!#-~]{0,40}$/))
  .map(([weak, opaque]) => `${weak}"${opaque}"`);
const bytes = fc.uint8Array({ maxLength: 8 });

describe('The tag of a lifted resource', () => {
  it('A lifted tag changes with the bytes and with the tag of the service, and is one opaque string', () => {
    fc.assert(
      fc.property(bytes, bytes, own, own, (one, other, tag, another) => {
        expect(liftedTag(one, tag)).toMatch(/^"of-[\w-]+\.[\w-]+"$/);
        expect(liftedTag(one, tag) === liftedTag(other, tag)).toBe(Buffer.compare(one, other) === 0);
        expect(liftedTag(one, tag) === liftedTag(one, another)).toBe(tag === another);
      }),
    );
  });

  it('Without a tag of the service, a lifted tag is a hash of the bytes', () => {
    expect(liftedTag(Buffer.from('{}'), undefined)).toBe(etagOf('{}'));
  });
});

describe('If-Match', () => {
  it('If-Match gets the tags of the service back and keeps other tags', () => {
    const tag = fc.oneof(
      fc.tuple(own, bytes).map(([given, body]) => [liftedTag(body, given), given] as const),
      own.map((given) => [given, given] as const),
      fc
        .constantFrom('*', '"of-"', '"of-eA."', '"of-x"', '"x.of-eA.b"')
        .map((given) => [given, given] as const),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('If-Match', 'if-match', 'IF-MATCH'), fc.array(tag)), {
          minLength: 1,
        }),
        (lines) => {
          const sent = lines.flatMap(([name, tags]) => [name, tags.map(([shown]) => shown).join(', ')]);
          const expected = lines.flatMap(([name, tags]) => [name, tags.map(([, given]) => given).join(', ')]);
          expect(restored(...sent)).toEqual(expected);
        },
      ),
    );
  });

  it('Only If-Match is changed', () => {
    const tag = liftedTag(Buffer.from('{}'), '"x"');
    expect(restored('If-None-Match', tag)).toEqual(['If-None-Match', tag]);
    expect(restored('X-Tag', tag, 'If-Match', tag, 'If-Range', tag)).toEqual([
      'X-Tag',
      tag,
      'If-Match',
      '"x"',
      'If-Range',
      tag,
    ]);
  });
});
