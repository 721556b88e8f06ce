/** Event streams of services: they pass at once and unchanged, and end with the silence of the service. */
import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { atOnce, fakeTimeInEachTest, pass } from '../support/fake-time.ts';
import { document, startGateway, type TestGatewayOptions } from '../support/gateway.ts';

const EVENTS = 'text/event-stream';
const documents = { news: document({ '/news': { get: { operationId: 'news', responses: {} } } }) };

interface OpenStream {
  readonly res: IncomingMessage;
  /** The stream of the service. */
  readonly upstream: ServerResponse;
  /** Resolves with the text so far when it ends with `suffix`. */
  readonly until: (suffix: string) => Promise<string>;
}

async function startNews(options: TestGatewayOptions = {}, headers: Record<string, string> = {}) {
  const gateway = await startGateway(documents, options);
  const streams: ServerResponse[] = [];
  if (gateway.services.news)
    gateway.services.news.respond = (_req, res) => {
      streams.push(res);
      res.writeHead(200, { 'Content-Type': EVENTS, ...headers }).flushHeaders();
    };
  const open = async (sent: Record<string, string> = {}): Promise<OpenStream> => {
    const [res] = (await once(get(`${gateway.url}/news`, { headers: sent }), 'response')) as [
      IncomingMessage,
    ];
    let text = '';
    res
      .on('error', () => {})
      .on('data', (bytes) => {
        text += bytes;
      });
    const until = async (suffix: string) => {
      while (!text.endsWith(suffix)) await once(res, 'data');
      return text;
    };
    return { res, upstream: streams.at(-1) as ServerResponse, until };
  };
  return { gateway, streams, open };
}

describe('Event stream', () => {
  it('Each event and each heartbeat arrives before the next one is sent', async () => {
    const { open } = await startNews();
    const { upstream, until } = await open();
    for (const part of ['data: 1\n\n', ':\n\n', ': keep-alive\n\n', 'id: 7\ndata: é\n\n', 'data: ha']) {
      upstream.write(part);
      await until(part);
    }
  });

  it('It is not compressed, though the service has compression', async () => {
    const { open } = await startNews({ service: 'compression: on' });
    const { res, upstream, until } = await open({ 'Accept-Encoding': 'gzip, br' });
    upstream.write('data: 1\n\n');
    await until('data: 1\n\n');
    expect(res.headers).not.toHaveProperty('content-encoding');
  });

  it('It is neither cached nor shared, though the service says that it may be', async () => {
    const { open, streams } = await startNews(
      { service: 'cache: {}' },
      { 'Cache-Control': 'public, max-age=60' },
    );
    const clients = [await open(), await open()];
    expect(streams).toHaveLength(2);
    for (const [index, stream] of streams.entries()) stream.write(`data: ${index}\n\n`);
    for (const [index, { until }] of clients.entries())
      expect(await until('\n\n')).toBe(`data: ${index}\n\n`);
  });

  it('Last-Event-ID reaches the service', async () => {
    const { gateway, open } = await startNews();
    await open({ 'Last-Event-ID': '7' });
    expect(gateway.services.news?.requests[0]?.headers['last-event-id']).toBe('7');
  });

  it('A stream that is silent for longer than the idle timeout of its policy is cut', async () => {
    const { open } = await startNews({ service: 'policy: { idleTimeout: 100ms }' });
    const { res, upstream } = await open();
    const left = once(upstream, 'close');
    await new Promise((resolve) => res.once('close', resolve));
    expect(res.complete).toBe(false);
    await left;
  });

  it('When the client leaves, the service is disconnected', async () => {
    const { open } = await startNews();
    const { res, upstream } = await open();
    const left = once(upstream, 'close');
    res.destroy();
    await left;
  });
});

describe('Event stream with heartbeats', () => {
  fakeTimeInEachTest();

  it('Heartbeats within the idle timeout keep a stream open', async () => {
    const { open } = await startNews({ service: 'policy: { idleTimeout: 60s }' });
    const { res, upstream, until } = await atOnce(open());
    for (let minute = 1; minute < 10; minute++) {
      pass(50_000);
      upstream.write(`: ${minute}\n\n`);
      await atOnce(until(`: ${minute}\n\n`));
    }
    upstream.end();
    await atOnce(once(res, 'end'));
    expect(res.complete).toBe(true);
  });
});
