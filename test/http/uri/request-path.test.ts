/** Spellings of a path, sent over raw sockets because clients and URL parsers normalize them. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import fc from 'fast-check';
import { compileOperations } from '../../../src/gateway/operation.ts';
import { createRouter, type OperationRouter } from '../../../src/gateway/routing/router.ts';
import { document, startGateway, type TestGateway } from '../../support/gateway.ts';

const get = { get: {} };
const paths = {
  '/orders': get,
  '/orders/{id}': get,
  '/orders/latest': get,
  '/orders/{id}/lines/{line}': get,
  '/orders/latest/lines': get,
  '/files/{name}.{ext}': get,
  '/files/{name}.{ext}/raw-{size}': get,
  '/café/menü': get,
  '/slash/': get,
  '/a~b/x:y/(z)': get,
  '/__proto__/constructor': get,
};

describe('Request path', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    const pages = Router();
    pages.get('/status', (_req, res) => void res.end('the page'));
    gateway = await startGateway({ a: document(paths) }, { pages, service: 'unknownQuery: pass' });
  });

  /** The response to an unchanged request target. */
  const ask = async (target: string, more = '', method = 'GET') => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\n${more}Connection: close\r\n\r\n`, 'latin1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    await once(socket, 'close');
    const arrived = gateway.services.a?.requests.at(-1);
    return { status: Number(text.split(' ')[1]), text, arrived };
  };

  it.each([
    ['an encoded slash is data', '/orders/a%2Fb', '/orders/a%2Fb'],
    ['and stays as it is written', '/orders/a%2fb%20c?d=%2f', '/orders/a%2fb%20c?d=%2f'],
    ['a letter that need not be encoded', '/%6Frder%73/%6c', '/orders/%6c'],
    ['not only in words', '/a%7Eb/x%3Ay/%28z)', '/a~b/x:y/(z)'],
    ['Unicode', '/caf%c3%a9/men%C3%BC', '/caf%C3%A9/men%C3%BC'],
    ['a plus is a plus', '/orders/a+b', '/orders/a+b'],
    ['a semicolon is data', '/orders/a;b=c', '/orders/a;b=c'],
    ['dots within a name', '/orders/..a', '/orders/..a'],
    ['a concrete path goes first', '/orders/latest', '/orders/latest'],
    ['also where it is encoded', '/orders/lates%74', '/orders/latest'],
    ['names of the language', '/__proto__/constructor', '/__proto__/constructor'],
    ['a slash at the end that the template has', '/slash/', '/slash/'],
    ['with scheme and host', 'http://elsewhere/orders/1?x', '/orders/1?x'],
  ])('The path is served: %s', async (_, target, arrives) => {
    const { status, arrived } = await ask(target);
    expect([status, arrived?.url]).toEqual([200, arrives]);
  });

  it.each([
    ['a slash too much', '/orders/'],
    ['a slash too little', '/slash'],
    ['two slashes', '//orders'],
    ['an empty value', '/orders//lines/1'],
    ['another case', '/Orders'],
    ['an encoded slash between segments', '/orders%2F1'],
    ['other code points of the same letters', '/cafe%CC%81/men%C3%BC'],
    ['a slash too much below', '/orders/latest/lines/'],
    ['an asterisk', '*'],
  ])('No operation has the path: %s', async (_, target) => {
    const { status, arrived } = await ask(target);
    expect([status, arrived]).toEqual([404, undefined]);
  });

  it.each([
    ['dots', '/orders/../orders'],
    ['a dot', '/orders/./latest'],
    ['dots at the end', '/orders/..'],
    ['encoded dots', '/orders/%2e%2E/orders'],
    ['dots behind an encoded slash', '/orders/a%2F..%2F..%2Fadmin'],
    ['dots behind an encoded backslash', '/orders/a%5C..%5Cadmin'],
    ['dots with a parameter', '/orders/..;x=1/latest'],
    ['a backslash', '/orders\\latest'],
    ['a null character', '/orders/a%00b'],
    ['a line break', '/orders/a%0d%0ab'],
    ['what is not UTF-8', '/orders/%ff'],
    ['overlong UTF-8', '/orders/%c0%ae%c0%ae/latest'],
    ['half an escape', '/orders/%4'],
    ['bytes that are not encoded', '/orders/\xe9'],
  ])('The path is refused: %s', async (_, target) => {
    const { status, arrived, text } = await ask(target);
    expect([status, arrived]).toEqual([400, undefined]);
    expect(text).toContain('/problems/bad-request');
  });

  it('Paths of the gateway are recognized in every spelling', async () => {
    expect((await ask('/%73tatu%73')).text).toContain('the page');
    expect((await ask('/%73tatu%73?a=%20')).text).toContain('the page');
  });

  it('Headers do not change the path', async () => {
    const overrides = 'X-HTTP-Method-Override: DELETE\r\nX-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\n';
    const { arrived } = await ask('/orders/1', overrides);
    expect([arrived?.method, arrived?.url]).toEqual(['GET', '/orders/1']);
    expect(Object.keys(arrived?.headers ?? {}).filter((name) => /override|url/.test(name))).toEqual([]);
  });
});

it.each(['/a?b={c}', '/a#b', '/a/../b', '/a/%2e/b'])('The template %s is reported as unreachable', (path) => {
  const faults: string[] = [];
  const operations = compileOperations({
    service: 'a',
    document: document({ [path]: get }),
    onFault: ({ reason }) => faults.push(reason),
  });
  expect(operations).toEqual([]);
  expect(faults).toEqual([expect.stringMatching(/^is not served: /)]);
});

/** The rules, applied one by one to all templates: slow, and independent of the router. */
function reference(templates: readonly string[], path: string): string | undefined {
  const segments = path.split('/').map(decodeURIComponent);
  const expression = (text: string) => {
    const pieces = text.split(/\{[^}]*\}/).map((piece) => RegExp.escape(decodeURIComponent(piece)));
    return new RegExp(`^${pieces.join('(.+)')}$`, 's');
  };
  const fits = templates.filter((template) => {
    const own = template.split('/');
    return (
      own.length === segments.length && own.every((text, n) => expression(text).test(segments[n] as string))
    );
  });
  const pieces = (text: string) => text.split(/\{[^}]*\}/);
  const isFirst = (a: string, b: string): number => {
    const [left, right] = [pieces(a), pieces(b)];
    if (left.length === 1 || right.length === 1) return left.length - right.length;
    const fixed = right.join('').length - left.join('').length;
    return fixed || left.length - right.length || (left.join('{}') < right.join('{}') ? -1 : 1);
  };
  return fits.toSorted((a, b) => {
    const others = b.split('/');
    const [one, other] = a
      .split('/')
      .map((text, n) => [text, others[n] as string] as const)
      .find(([text, its]) => pieces(text).join('{}') !== pieces(its).join('{}')) ?? ['', ''];
    return one === other ? 0 : isFirst(one, other);
  })[0];
}

it('The route tree follows the rules, and the forwarded path has the same meaning', () => {
  const text = fc.constantFrom('a', 'b', 'a.b', 'a-b', 'é', 'x:y', '~');
  const templated = fc.constantFrom('{p}', '{p}.{q}', 'a{p}', '{p}-b', 'a.{p}', '{p}:{q}');
  const template = fc
    .array(fc.oneof(text, templated), { minLength: 1, maxLength: 4 })
    .map(
      (segments) =>
        `/${segments.map((one, n) => one.replaceAll(/[pq]\}/g, `$&`).replaceAll('{', `{n${n}`)).join('/')}`,
    );
  const shape = (path: string) => path.replaceAll(/\{[^}]*\}/g, '{}');
  const value = fc.oneof(text, fc.constantFrom('a.a.b', 'ab', 'b-b', 'aa', 'a/b', '::', '.a', 'b..', ' '));
  const encoded = (given: string, isWhole: boolean) =>
    isWhole
      ? [...Buffer.from(given)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
      : encodeURIComponent(given);
  const written = fc
    .array(fc.tuple(value, fc.boolean()), { minLength: 1, maxLength: 4 })
    .map((segments) => `/${segments.map(([one, isWhole]) => encoded(one, isWhole)).join('/')}`);
  fc.assert(
    fc.property(
      fc.uniqueArray(template, { selector: shape, minLength: 1, maxLength: 12 }),
      written,
      (templates, path) => {
        const router: OperationRouter = createRouter(
          compileOperations({
            service: 'a',
            document: document(Object.fromEntries(templates.map((one) => [one, get]))),
          }),
        );
        const found = router.find('GET', path);
        expect(found?.operation.path).toBe(reference(templates, path));
        if (found === undefined) return;
        expect(new URL(found.url, 'http://x').pathname).toBe(found.url);
        expect(router.find('GET', found.url)?.operation).toBe(found.operation);
        expect(router.find('GET', found.url)?.params).toEqual(found.params);
      },
    ),
    { numRuns: 2000 },
  );
});
