/** How responses of an operation are composed. */
import { describe, expect, it } from '@jest/globals';
import { type CompositionOptions, createCompositions } from '../../../src/gateway/composition/composition.ts';

const HERE = 'https://api.example';
const OWN = 'https://shop.internal';
const operationOf = (service: string, operationId = 'list') => ({ service, operationId });
const plain = { prefix: '', base: '', ownUrls: [] };

const createWith = (options: object) => {
  const lookups: string[] = [];
  const dropped: string[] = [];
  const of = createCompositions({
    operations: [],
    documents: new Map(),
    graph: { operation: () => undefined },
    router: {
      allowed: (path: string) => {
        lookups.push(path);
        if (path.includes('%')) throw new URIError('broken');
        return path === '/books' ? ['GET'] : [];
      },
    },
    services: [],
    isServedElsewhere: (path: string) => path === '/docs',
    onDroppedLink: (service: string) => dropped.push(service),
    ...options,
  } as unknown as CompositionOptions);
  return { of, lookedUp: lookups, dropped };
};

describe('The responses of a service', () => {
  it.each<[string, object, boolean]>([
    ['as it is', plain, false],
    ['with the same prefix as base path', { ...plain, prefix: '/v1', base: '/v1' }, false],
    ['with a prefix', { ...plain, prefix: '/v1' }, true],
    ['with a base path', { ...plain, base: '/v1' }, true],
    ['with URLs of its own', { ...plain, ownUrls: [OWN] }, true],
  ])(
    'The responses of a service %s are read, and have lifted tags, if public URLs differ',
    (_, place, alwaysReadsBody) => {
      const operation = operationOf('a');
      const other = operationOf('b');
      const services = [
        { name: 'a', ...place },
        { name: 'b', ...plain },
      ];
      const { of } = createWith({ operations: [operation, other], services });
      expect(of(operation as never)).toMatchObject({
        alwaysReadsBody,
        hasLiftedTags: alwaysReadsBody,
        lifting: undefined,
      });
      expect(of(other as never)).toMatchObject({ alwaysReadsBody: false, hasLiftedTags: false });
      expect(of(operationOf('a') as never)).toBeUndefined();
    },
  );

  it('An operation and its node in the link graph have the same composition', () => {
    const subject = { name: 'of the graph' };
    const [one, other] = [operationOf('a'), operationOf('a', 'other')];
    const graph = {
      operation: (service: string, id: string) => (service === 'a' && id === 'list' ? subject : undefined),
    };
    const { of } = createWith({ operations: [one, other], graph, services: [{ name: 'a', ...plain }] });
    expect(of(one as never)).toMatchObject({ graphOperation: subject });
    expect(of(subject as never)).toBe(of(one as never));
    expect(of(other as never)?.graphOperation).toBeUndefined();
  });
});

describe('A link', () => {
  it.each<[string, boolean, string[]]>([
    ['/books', true, ['/books']],
    ['/books?a=b', true, ['/books']],
    ['/books#a', true, ['/books']],
    ['/books{?a,b}', true, ['/books']],
    ['/books{&a}', true, ['/books']],
    ['/books{id}', false, ['/books{id}']],
    ['/x', false, ['/x']],
    ['/docs', true, []],
    ['/docs?a', true, []],
    ['/%', false, ['/%']],
  ])('Whether a link to %s is preserved is %s', (path, isPreserved, expected) => {
    const operation = operationOf('a');
    const { of, lookedUp, dropped } = createWith({
      operations: [operation],
      services: [{ name: 'a', ...plain, ownUrls: [OWN] }],
    });
    const urls = of(operation as never)?.urls;
    expect(urls?.body(OWN + path, HERE)).toBe(isPreserved ? HERE + path : null);
    expect(dropped).toEqual(isPreserved ? [] : ['a']);
    expect(lookedUp).toEqual(expected);
  });

  it('A link is omitted even without a callback', () => {
    const operation = operationOf('a');
    const services = [{ name: 'a', ...plain, ownUrls: [OWN] }];
    const { of } = createWith({ operations: [operation], services, onDroppedLink: undefined });
    expect(of(operation as never)?.urls.body(`${OWN}/x`, HERE)).toBeNull();
  });
});
