/** The requests that pages of the gateway handle. */
import { describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import request from 'supertest';
import { builtinPages } from '../../../src/gateway/steps/builtin-pages.ts';

const app = (trusts = false) => {
  const step = builtinPages(
    ((req: Request, res: Response) => res.json({ url: req.url, ip: req.ip })) as never,
    () => trusts,
  );
  return (req: never, res: { end(text: string): void }) => step(req, res as never, () => res.end('"next"'));
};

describe('The pages of the gateway', () => {
  it.each([
    ['/', '/'],
    ['/?a=b', '/?a=b'],
    ['/status', '/status'],
    ['/status?a=%41', '/status?a=%41'],
    ['/docs/a%2Fb', '/docs/a%2Fb'],
    ['/%73tatus', '/status'],
    ['/s%74atus?a=%41', '/status?a=%41'],
    ['/%64ocs/a%2Fb', '/docs/a%2Fb'],
    ['/.well-known/a', '/.well-known/a'],
  ])('The path %s is the page %s', async (path, seen) => {
    const { text, headers } = await request(app() as never).get(path);
    expect(JSON.parse(text).url).toBe(seen);
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it.each(['/books', '/statuses', '/books/status', '/%', '/%2Fstatus', '/STATUS', '/docs%2Fa'])(
    'The path %s is not a page',
    async (path) => {
      expect((await request(app() as never).get(path)).text).toBe('"next"');
    },
  );

  it('Pages use forwarded addresses of trusted proxies only', async () => {
    const ip = async (trusts: boolean) =>
      JSON.parse(
        (
          await request(app(trusts) as never)
            .get('/')
            .set('X-Forwarded-For', '192.0.2.7')
        ).text,
      ).ip;
    expect(await ip(true)).toBe('192.0.2.7');
    expect(await ip(false)).not.toBe('192.0.2.7');
  });
});
