/** Clients that write bytes, as no library would. */
import { connect, type Socket } from 'node:net';

export interface RawClient {
  readonly socket: Socket;
  /** What has come so far. */
  readonly received: () => string;
  /** Resolves when what has come fulfils a condition, or with what came when the connection ends. */
  until(isEnough: (text: string) => boolean): Promise<string>;
  /** All that comes until the connection ends. */
  readonly end: Promise<string>;
}

export function rawClient(url: string, bytes: string | Buffer = ''): RawClient {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  let isOver = false;
  let looking: (() => void)[] = [];
  const look = () => {
    const all = looking;
    looking = [];
    for (const one of all) one();
  };
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    look();
  });
  // A reset is an end too.
  socket.on('error', () => {});
  const end = new Promise<string>((resolve) => {
    socket.once('close', () => {
      isOver = true;
      look();
      resolve(text);
    });
  });
  if (bytes.length > 0) socket.write(bytes);
  return {
    socket,
    received: () => text,
    end,
    until: async (isEnough) => {
      while (!isEnough(text) && !isOver) await new Promise<void>((resolve) => looking.push(resolve));
      return text;
    },
  };
}

/** Statuses of the responses in a text, in order. */
export const statusesOf = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
