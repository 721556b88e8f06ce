/** Connects to a Redis or Valkey server. The client is loaded only here, so only where a server is configured. */
import type { RedisClientType } from '@redis/client';

export interface RedisEvents {
  /** Called when the server is lost, once until it is back; the reason contains no credentials. */
  readonly onTrouble: (reason: string) => void;
  /** Called after each time that the connection is made. */
  readonly onReady?: (client: RedisClientType) => void;
}

/** Commands fail at once while there is no connection. The client reconnects by itself. */
export async function connectRedis(
  url: string,
  { onTrouble, onReady }: RedisEvents,
): Promise<RedisClientType> {
  const { createClient } = await import('@redis/client');
  const client = createClient({ url, disableOfflineQueue: true }) as unknown as RedisClientType;
  let isDisconnected = false;
  client.on('ready', () => {
    isDisconnected = false;
    onReady?.(client);
  });
  client.on('error', (error: Error) => {
    if (!isDisconnected) onTrouble(error.message);
    isDisconnected = true;
  });
  client.connect().catch(() => {});
  return client;
}
