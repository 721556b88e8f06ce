/** Responses that outlast the credentials of their request. */
import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { atOnce, fakeTimeInEachTest, pass, until } from '../../support/fake-time.ts';
import { document, startGateway } from '../../support/gateway.ts';

fakeTimeInEachTest();

const LIFETIME = 20_000;
/** Long enough for the tests, so that only credentials end responses. */
const SERVICE = 'policy: { idleTimeout: 1h }';

const documents = {
  news: document(
    {
      '/news': { get: { operationId: 'news', security: [{ token: [] }] } },
      '/public': { get: { operationId: 'open', security: [{}] } },
    },
    { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  ),
};

interface StreamOptions {
  readonly path?: string;
  readonly contentType?: string;
  readonly lifetime?: number;
  readonly enforce?: string;
}

/** A response of which one part has arrived. */
async function openStream({
  path = '/news',
  contentType = 'text/event-stream',
  lifetime = LIFETIME,
  enforce = 'on',
}: StreamOptions = {}) {
  const verify = () => ({
    issuer: 'https://idp.example',
    subject: 'anna',
    scopes: new Set<string>(),
    expiresAt: Date.now() + lifetime,
  });
  const gateway = await startGateway(documents, {
    config: `authentication: { enforce: ${enforce}, schemes: { token: { keysFile: x } } }`,
    service: SERVICE,
    verifiers: new Map([['token', { verify }]]),
  });
  const started = Promise.withResolvers<ServerResponse>();
  if (gateway.services.news)
    gateway.services.news.respond = (_req, res) => {
      res.writeHead(200, { 'Content-Type': contentType }).write('data: 1\n\n');
      started.resolve(res);
    };
  const sent = get(`${gateway.url}${path}`, { headers: { Authorization: 'Bearer anna' } });
  const [res] = (await atOnce(once(sent, 'response'))) as [IncomingMessage];
  const chunks: string[] = [];
  res.on('data', (bytes) => chunks.push(String(bytes)));
  const failure = new Promise<Error>((resolve) => res.on('error', resolve));
  await until(() => chunks.length > 0);
  return { gateway, res, failure, text: () => chunks.join(''), upstream: await started.promise };
}

describe('Event stream', () => {
  it('It ends as a whole response a little after the credentials, and so does the call to the service', async () => {
    const { res, text, upstream } = await openStream();
    const left = once(upstream, 'close');
    pass(LIFETIME - 1);
    upstream.write('data: 2\n\n');
    await until(() => text().endsWith('data: 2\n\n'));
    expect(res.complete).toBe(false);
    pass(1);
    await atOnce(once(res, 'end'));
    expect([res.complete, text()]).toEqual([true, 'data: 1\n\ndata: 2\n\n']);
    await atOnce(left);
  });

  it.each<[string, StreamOptions]>([
    ['of credentials without an end', { lifetime: Number.POSITIVE_INFINITY }],
    ['of credentials that are only observed', { enforce: 'observe' }],
  ])('An event stream %s does not end', async (_, options) => {
    const { res, text, upstream } = await openStream(options);
    pass(10 * LIFETIME);
    upstream.end('data: 2\n\n');
    await atOnce(once(res, 'end'));
    expect(text()).toBe('data: 1\n\ndata: 2\n\n');
  });

  it('Where credentials are optional, those that were sent count', async () => {
    const { res } = await openStream({ path: '/public' });
    pass(LIFETIME);
    await atOnce(once(res, 'end'));
    expect(res.complete).toBe(true);
  });
});

describe('Other response', () => {
  it('A download is cut, so that it does not look complete', async () => {
    const { res, failure, upstream } = await openStream({ contentType: 'text/plain' });
    const left = once(upstream, 'close');
    pass(LIFETIME);
    expect((await atOnce(failure)).message).toBe('aborted');
    expect(res.complete).toBe(false);
    await atOnce(left);
  });

  it('A response that is complete before leaves no timer', async () => {
    const { upstream, res, gateway } = await openStream();
    upstream.end();
    await atOnce(once(res, 'end'));
    await eventually('the request has ended', () => gateway.log.written.length === 1);
    pass(LIFETIME);
    const again = await atOnce(fetch(`${gateway.url}/nowhere`));
    expect(again.status).toBe(404);
  });
});
