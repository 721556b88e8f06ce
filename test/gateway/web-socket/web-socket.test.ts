/** WebSocket connections through the gateway: what passes, and what the service sees of it. */
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { WebSocket } from 'ws';
import { rawClient, statusesOf } from '../../support/raw-client.ts';
import {
  closeOf,
  nextMessage,
  openWebSocket,
  refusalOf,
  startWebSocketGateway,
} from '../../support/web-socket.ts';

describe('Messages', () => {
  it('Text and binary messages pass in both directions', async () => {
    const gateway = await startWebSocketGateway();
    const client = await openWebSocket(gateway);
    client.send('hello');
    expect(await nextMessage(client)).toBe('hello');
    client.send(Buffer.of(0, 255));
    const [data, isBinary] = await once(client, 'message');
    expect([data, isBinary]).toEqual([Buffer.of(0, 255), true]);
  });
});
