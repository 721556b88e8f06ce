/**
 * A typical load balancer: round-robin over the instances that are ready, which it checks regularly. It tries another
 * instance only when a connection is refused, because then nothing was sent.
 */
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  readonly url: string;
  /** Resolves once this instance is in the rotation, or is not. */
  sees(url: string, isReady: boolean): Promise<void>;
  close(): void;
}

const INTERVAL = 20;

export async function startBalancer(urls: readonly string[]): Promise<Balancer> {
  const ready = new Set<string>();
  const waiting = new Set<() => void>();
  let turn = 0;
  const ask = async (url: string): Promise<void> => {
    const isReady = await fetch(`${url}/health/ready`).then(
      async (res) => (await res.text()) !== '' && res.ok,
      () => false,
    );
    if (isReady) ready.add(url);
    else ready.delete(url);
    for (const look of waiting) look();
  };
  const timers = new Map<string, NodeJS.Timeout>();
  const watch = async (url: string): Promise<void> => {
    await ask(url);
    timers.set(
      url,
      setTimeout(() => void watch(url), INTERVAL),
    );
  };
  await Promise.all(urls.map(watch));

  const agent = new Agent({ keepAlive: true });
  const server = createServer((req, res) => {
    const tried = new Set<string>();
    const forward = (): void => {
      const left = [...ready].filter((url) => !tried.has(url));
      const url = left[turn++ % left.length];
      if (url === undefined) {
        res.writeHead(503).end('no instance is ready');
        return;
      }
      tried.add(url);
      const call = httpRequest(url + req.url, { method: req.method, headers: req.headers, agent });
      call.on('response', (response) => {
        res.writeHead(response.statusCode ?? 502);
        response.pipe(res);
      });
      call.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') forward();
        else res.writeHead(502).end(error.code);
      });
      req.pipe(call);
    };
    forward();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sees: (url, isReady) =>
      new Promise((resolve) => {
        const look = () => {
          if (ready.has(url) !== isReady) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      agent.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}
