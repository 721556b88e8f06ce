/** What `gateway.yaml` says about WebSocket: `upgrade` and `webSocket` of a service, and `limits.webSockets`. */
import { z } from 'zod';
import { duration } from '../units.ts';

export const upgradeSchema = z
  .array(z.literal('websocket'))
  .default([])
  .describe(
    'Protocols that clients may switch to: `[websocket]`. Without it `Upgrade` is ignored, and the service gets a plain request.',
  );

export const webSocketSchema = z.strictObject({
  token: z
    .enum(['authorization', 'pass'])
    .default('authorization')
    .describe(
      'What to do with a subprotocol `bearer.<token>`, by which browsers send a token. `authorization` replaces it by the header `Authorization: Bearer <token>`. `pass` forwards it to the service like any other subprotocol.',
    ),
  idleTimeout: duration
    .default(300_000)
    .describe(
      'Time without a byte in either direction after which a WebSocket connection is closed. `0` is no limit.',
    ),
  maxTime: duration
    .default(0)
    .describe('Time after which a WebSocket connection is closed in any case. `0` is no limit.'),
});

export type WebSocketConfig = z.output<typeof webSocketSchema>;

export const webSocketLimitsSchema = z.strictObject({
  total: z
    .int()
    .min(1)
    .default(2000)
    .describe('Maximum number of open WebSocket connections. Further ones get 503.'),
  perClient: z
    .int()
    .min(1)
    .default(200)
    .describe(
      'Maximum number of open WebSocket connections of one client: of one caller, or of one address if the client is anonymous. Further ones get 429.',
    ),
});

export type WebSocketLimits = z.output<typeof webSocketLimitsSchema>;
