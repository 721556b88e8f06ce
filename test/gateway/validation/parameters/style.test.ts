/** The table of the specification (OpenAPI 3.1 §4.8.12.4), parsed back. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { readStyled, type ValueShape } from '../../../../src/gateway/validation/parameters/style.ts';
import { document, startGateway } from '../../../support/gateway.ts';

const array = ['blue', 'black', 'brown'];
const object = { R: '100', G: '200', B: '150' };

describe('A parameter in text', () => {
  it.each<[string, boolean, ValueShape, string[], unknown]>([
    ['matrix', false, 'scalar', [';color=blue'], 'blue'],
    ['matrix', false, 'array', [';color=blue,black,brown'], array],
    ['matrix', false, 'object', [';color=R,100,G,200,B,150'], object],
    ['matrix', true, 'array', [';color=blue;color=black;color=brown'], array],
    ['matrix', true, 'object', [';R=100;G=200;B=150'], object],
    ['label', false, 'scalar', ['.blue'], 'blue'],
    ['label', false, 'scalar', ['.blue.ish'], 'blue.ish'],
    ['label', false, 'array', ['.blue,black,brown'], array],
    ['label', false, 'object', ['.R,100,G,200,B,150'], object],
    ['label', true, 'array', ['.blue.black.brown'], array],
    ['label', true, 'object', ['.R=100.G=200.B=150'], object],
    ['simple', false, 'scalar', ['blue,ish'], 'blue,ish'],
    ['simple', false, 'array', ['blue,black,brown'], array],
    ['simple', false, 'object', ['R,100,G,200,B,150'], object],
    ['simple', true, 'object', ['R=100,G=200,B=150'], object],
    ['form', false, 'array', ['blue,black,brown'], array],
    ['form', false, 'object', ['R,100,G,200,B,150'], object],
    ['form', true, 'array', array, array],
    ['form', true, 'either', ['blue'], 'blue'],
    ['spaceDelimited', false, 'array', ['blue black brown'], array],
    ['spaceDelimited', false, 'object', ['R 100 G 200 B 150'], object],
    ['pipeDelimited', false, 'array', ['blue|black|brown'], array],
    ['pipeDelimited', false, 'object', ['R|100|G|200|B|150'], object],
    ['simple', true, 'object', ['R'], { R: '' }],
  ])('%s, explode %p, as %s: %j', (style, explode, form, texts, value) => {
    expect(readStyled({ name: 'color', style, explode, shape: form }, texts)).toEqual(value);
  });

  it('is checked against its schema after parsing', async () => {
    const schema = {
      type: 'object',
      required: ['R'],
      properties: { R: { type: 'integer', maximum: 255 } },
      additionalProperties: false,
    };
    const parameter = (name: string, place: string, style: string, more: object) => ({
      name,
      in: place,
      style,
      required: place === 'path',
      ...more,
    });
    const { url } = await startGateway({
      colors: document({
        '/colors/{id}/{rgb}': {
          get: {
            parameters: [
              parameter('id', 'path', 'matrix', { schema: { type: 'integer' } }),
              parameter('rgb', 'path', 'label', { explode: true, schema }),
              parameter('mix', 'query', 'pipeDelimited', { schema }),
            ],
          },
        },
      }),
    });
    const get = (path: string) => request(url).get(path);
    await get('/colors/;id=5/.R=100?mix=R%7C7').expect(200);
    const pointers = async (path: string) =>
      (await get(path).expect(400)).body.errors.map((fault: { pointer: string }) => fault.pointer);
    expect(await pointers('/colors/;id=x/.R=100')).toEqual(['#/id']);
    expect(await pointers('/colors/;id=5/.R=300')).toEqual(['#/rgb/R']);
    expect(await pointers('/colors/;id=5/.G=1')).toEqual(['#/rgb/R', '#/rgb/G']);
    expect(await pointers('/colors/;id=5/.R=1?mix=R%7Cx')).toEqual(['#/mix/R']);
    expect(await pointers('/colors/;id=5/.R=1?mxi=1')).toEqual(['#/mxi']);
  });
});
