/** Credentials of WebSocket connections: tokens as subprotocols, and the end of connections with their credentials. */
import { describe, expect, it } from '@jest/globals';
import { WebSockets } from '../../../src/gateway/web-socket/web-sockets.ts';
import type { Verification, Verifier } from '../../../src/security/verifier.ts';
import { eventually } from '../../support/eventually.ts';
import { atOnce, fakeTimeInEachTest, pass } from '../../support/fake-time.ts';
import {
  closeOf,
  nextMessage,
  openWebSocket,
  refusalOf,
  startWebSocketGateway,
  type WebSocketGatewayOptions,
  webSocket,
} from '../../support/web-socket.ts';

const LIFETIME = 60_000;

/** Tokens such as `anna.read` or `anna.read.60000`, with a scope and a lifetime in milliseconds. */
const verifier = (): Verifier => ({
  verify: (token) => {
    const [subject = '', scope = '', lifetime] = token.split('.');
    return {
      issuer: 'https://idp.example',
      subject,
      scopes: new Set([scope]),
      expiresAt: lifetime === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(lifetime),
    };
  },
});

const startSecured = (options: WebSocketGatewayOptions = {}, enforce = 'on') =>
  startWebSocketGateway({
    config: `authentication: { enforce: ${enforce}, schemes: { token: { keysFile: x } } }`,
    verifiers: new Map([['token', verifier()]]),
    ...options,
  });

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

describe('Token as a subprotocol', () => {
  it('It authenticates the client, and the service gets it as Authorization, without the subprotocol', async () => {
    const gateway = await startSecured();
    const client = await openWebSocket(gateway, '/private', { protocols: ['chat', 'bearer.anna.read'] });
    expect(client.protocol).toBe('chat');
    expect(gateway.upstream.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer anna.read',
      'sec-websocket-protocol': 'chat',
    });
  });

  it('Without a subprotocol of the application, the gateway selects `bearer`', async () => {
    const gateway = await startSecured();
    const client = await openWebSocket(gateway, '/private', { protocols: ['bearer', 'bearer.anna.read'] });
    expect(client.protocol).toBe('bearer');
    expect(gateway.upstream.requests[0]?.headers).not.toHaveProperty('sec-websocket-protocol');
  });

  it('With `token: pass` the subprotocol is forwarded and does not authenticate the client', async () => {
    const gateway = await startSecured({ service: 'webSocket: { token: pass }' });
    expect((await refusalOf(gateway, '/private', { protocols: ['bearer.anna.read'] })).status).toBe(401);
    await openWebSocket(gateway, '/chat', { protocols: ['bearer.anna.read'] });
    expect(gateway.upstream.requests[0]?.headers['sec-websocket-protocol']).toBe('bearer.anna.read');
    expect(gateway.upstream.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['two subprotocols', { protocols: ['bearer.anna.read', 'bearer.ben.read'] }],
    ['a subprotocol and a header', { protocols: ['bearer.anna.read'], ...bearer('ben.read') }],
  ])('Tokens in %s are refused, since it would be unclear which one counts', async (_, options) => {
    const gateway = await startSecured();
    expect((await refusalOf(gateway, '/private', options)).status).toBe(400);
    expect(gateway.upstream.requests).toEqual([]);
  });

  it('Neither the log nor the response has the token', async () => {
    const gateway = await startSecured();
    const { headers, body } = await refusalOf(gateway, '/private', { protocols: ['bearer.anna.write'] });
    await eventually('the line is written', () => gateway.log.written.length > 0);
    expect(JSON.stringify([headers, body, gateway.log.written])).not.toContain('anna');
  });
});

describe('Limits', () => {
  it('Connections count for the caller, whatever the token, and not for the address', async () => {
    const gateway = await startSecured({
      config:
        'limits: { webSockets: { perClient: 1 } }\nauthentication: { schemes: { token: { keysFile: x } } }',
    });
    await openWebSocket(gateway, '/private', bearer('anna.read.60000'));
    expect((await refusalOf(gateway, '/private', bearer('anna.read.70000'))).status).toBe(429);
    await openWebSocket(gateway, '/private', bearer('ben.read.60000'));
    await openWebSocket(gateway, '/chat');
  });
});

describe('Slow verification', () => {
  it('A client that leaves while its credentials are verified takes no place, and does not reach the service', async () => {
    const webSockets = new WebSockets();
    const asked = Promise.withResolvers<void>();
    const verified = Promise.withResolvers<Verification>();
    const slow: Verifier = {
      verify: () => {
        asked.resolve();
        return verified.promise;
      },
    };
    const gateway = await startSecured({ webSockets, verifiers: new Map([['token', slow]]) });
    const client = webSocket(gateway, '/private', bearer('anna.read'));
    await asked.promise;
    client.terminate();
    await eventually('the request has ended', () => gateway.log.written.length === 1);
    verified.resolve(verifier().verify('anna.read'));
    await new Promise(setImmediate);
    expect([webSockets.reserved, gateway.upstream.requests]).toEqual([0, []]);
  });
});

describe('End of credentials', () => {
  fakeTimeInEachTest();

  it('The connection is closed with 1008, a little after the credentials end', async () => {
    const gateway = await startSecured();
    const client = await atOnce(openWebSocket(gateway, '/private', bearer(`anna.read.${LIFETIME}`)));
    const closed = closeOf(client);
    pass(LIFETIME - 1);
    client.send('still open');
    expect(await atOnce(nextMessage(client))).toBe('still open');
    pass(1);
    expect(await atOnce(closed)).toEqual([1008, 'credentials expired']);
  });

  it('Traffic does not delay the end', async () => {
    const gateway = await startSecured();
    const client = await atOnce(openWebSocket(gateway, '/private', bearer(`anna.read.${LIFETIME}`)));
    const closed = closeOf(client);
    for (let passed = 0; passed < LIFETIME; passed += 10_000) {
      client.send('x');
      await atOnce(nextMessage(client));
      pass(10_000);
    }
    expect(await atOnce(closed)).toEqual([1008, 'credentials expired']);
  });

  it.each([
    ['of a public operation', '/chat', {}, 'on'],
    ['of credentials without an end', '/private', bearer('anna.read'), 'on'],
    ['of credentials that are only observed', '/private', bearer(`anna.read.${LIFETIME}`), 'observe'],
  ])('A connection %s stays open', async (_, path, options, enforce) => {
    const gateway = await startSecured({ service: 'webSocket: { idleTimeout: 0 }' }, enforce);
    const client = await atOnce(openWebSocket(gateway, path, options));
    pass(10 * LIFETIME);
    client.send('x');
    expect(await atOnce(nextMessage(client))).toBe('x');
  });
});
