/** The format of a composed response, and the type that is requested from the service. */
import { describe, expect, it } from '@jest/globals';
import { HAL, HAL_FORMS, JSON_TYPE } from '../../../src/contract/media-types.ts';
import {
  findFormat,
  negotiateFormat,
  negotiateLiftedFormat,
} from '../../../src/gateway/composition/format-negotiation.ts';
import type { Body } from '../../../src/hypermedia/formats/format.ts';
import { json } from '../../../src/hypermedia/formats/hal.ts';
import { halForms } from '../../../src/hypermedia/formats/hal-forms.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import type { GraphOperation } from '../../../src/hypermedia/graph/model.ts';

const HTML = 'text/html';
const SIREN = 'application/vnd.siren+json';
const PETS = 'application/vnd.pets+json';
const html = findFormat(HTML);

describe('A service that writes the formats itself', () => {
  it.each([undefined, '*/*', HAL_FORMS])(
    'Accept: %s selects the format, including actions of embedded resources',
    (accept) => {
      expect(negotiateFormat(accept)).toEqual({ typeOf: halForms.typeOf });
    },
  );

  it.each([HAL, JSON_TYPE, SIREN, 'image/png', ''])('Accept: %s alone selects the format', (accept) => {
    const want = negotiateFormat(accept);
    expect(want.format).toBeUndefined();
    expect(want.accept).toBeUndefined();
    if (accept !== '') expect(want.typeOf).toBeUndefined();
  });

  it.each([HTML, `${HTML}, */*;q=0.8`])(
    'The gateway requests the type from which a page is rendered with Accept: %s',
    (accept) => {
      expect(html?.rendering?.partType).toEqual(expect.any(String));
      expect(negotiateFormat(accept)).toEqual({
        format: html,
        typeOf: html?.typeOf,
        accept: html?.rendering?.partType,
      });
    },
  );
});

describe('A service that writes plain JSON', () => {
  const of = (accept: string | undefined, ...mediaTypes: string[]) => {
    const {
      format,
      accept: requested,
      typeOf,
    } = negotiateLiftedFormat(accept, { mediaTypes } as unknown as GraphOperation);
    return [format?.mediaType, requested, typeOf?.({} as Body)];
  };

  it.each<[string | undefined, string[], unknown[]]>([
    // Types of the service itself come first.
    [undefined, [JSON_TYPE], [JSON_TYPE, JSON_TYPE, undefined]],
    [undefined, [PETS], [JSON_TYPE, PETS, undefined]],
    [undefined, ['text/csv', PETS], [JSON_TYPE, PETS, undefined]],
    [undefined, ['text/csv'], [JSON_TYPE, JSON_TYPE, undefined]],
    [undefined, [], [JSON_TYPE, JSON_TYPE, undefined]],
    // JSON text sequences are not JSON (RFC 7464, RFC 8091).
    [undefined, ['application/json-seq', PETS], [JSON_TYPE, PETS, undefined]],
    [undefined, ['application/geo+json-seq'], [JSON_TYPE, JSON_TYPE, undefined]],
    [PETS, [PETS], [JSON_TYPE, PETS, undefined]],
    [JSON_TYPE, [PETS], [JSON_TYPE, PETS, undefined]],
    // The composed response has the media type of its format.
    [SIREN, [PETS], [SIREN, PETS, SIREN]],
    [HAL, [JSON_TYPE], [HAL, JSON_TYPE, HAL]],
    [HAL_FORMS, [JSON_TYPE], [HAL_FORMS, JSON_TYPE, halForms.typeOf?.({})]],
    [HTML, [JSON_TYPE, 'text/csv', HTML], [HTML, JSON_TYPE, html?.typeOf?.({})]],
    [HTML, [JSON_TYPE, HTML], [HTML, JSON_TYPE, html?.typeOf?.({})]],
    // The service sends its other types and pages itself, and rejects unknown types itself.
    [HTML, [HTML, JSON_TYPE], [JSON_TYPE, undefined, undefined]],
    [HTML, [JSON_TYPE], [JSON_TYPE, undefined, undefined]],
    ['text/csv', [JSON_TYPE, 'text/csv'], [JSON_TYPE, undefined, undefined]],
    ['image/png', [JSON_TYPE], [JSON_TYPE, undefined, undefined]],
    ['text/jsonx', ['text/jsonx', JSON_TYPE], [JSON_TYPE, undefined, undefined]],
  ])(
    'For Accept: %s with %j, the gateway requests a type that the service can write',
    (accept, mediaTypes, expected) => {
      expect(of(accept, ...mediaTypes)).toEqual(expected);
    },
  );
});

it('Formats are found by media type only', () => {
  for (const format of formats) expect(findFormat(format.mediaType)).toBe(format);
  expect(findFormat(JSON_TYPE)).toBe(json);
  for (const other of [undefined, '', 'image/png', `${JSON_TYPE}; a=b`])
    expect(findFormat(other)).toBeUndefined();
});
