/** An OpenID provider whose every response a test can replace, which is closed after the test. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

type Respond = (form: URLSearchParams, req: IncomingMessage, res: ServerResponse) => void;

export interface ScriptedProvider {
  readonly issuer: string;
  /** Members of the metadata that replace the usual ones. */
  metadata: Readonly<Record<string, unknown>>;
  /** What the token endpoint does. */
  token: Respond;
  /** The forms that the token endpoint got. */
  readonly forms: URLSearchParams[];
  /** The number of requests for the metadata. */
  metadataRequests: number;
  stop(): Promise<void>;
}

export const json = (res: ServerResponse, status: number, value: unknown): void => {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
};

export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const server = createServer(async (req, res) => {
    if (req.url === '/token') {
      let text = '';
      for await (const chunk of req) text += chunk;
      const form = new URLSearchParams(text);
      provider.forms.push(form);
      provider.token(form, req, res);
      return;
    }
    if (req.url !== '/.well-known/openid-configuration') return json(res, 404, {});
    provider.metadataRequests += 1;
    const { issuer } = provider;
    json(res, 200, {
      issuer,
      authorization_endpoint: `${issuer}/auth?tenant=1`,
      token_endpoint: `${issuer}/token`,
      end_session_endpoint: `${issuer}/end`,
      authorization_response_iss_parameter_supported: true,
      ...provider.metadata,
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  let stopped: Promise<void> | undefined;
  const provider: ScriptedProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    metadata: {},
    token: (_form, _req, res) => json(res, 400, { error: 'invalid_grant' }),
    forms: [],
    metadataRequests: 0,
    stop: () => {
      stopped ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return stopped;
    },
  };
  open.push(() => provider.stop());
  return provider;
}
