/** Clients that send raw bytes, including those that a library would not send. */
import { connect, type Socket } from 'node:net';

export interface RawClient {
  readonly socket: Socket;
  /** The bytes received so far, as text. */
  readonly received: () => string;
  /** Resolves with the received text when it meets a condition, or when the connection ends. */
  until(isEnough: (text: string) => boolean): Promise<string>;
  /** Resolves with all received text when the connection ends. */
  readonly end: Promise<string>;
}

export function rawClient(url: string, bytes: string | Buffer = ''): RawClient {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  let isClosed = false;
  let waiting: (() => void)[] = [];
  const notify = () => {
    const all = waiting;
    waiting = [];
    for (const one of all) one();
  };
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    notify();
  });
  // A reset counts as the end of the connection.
  socket.on('error', () => {});
  const end = new Promise<string>((resolve) => {
    socket.once('close', () => {
      isClosed = true;
      notify();
      resolve(text);
    });
  });
  if (bytes.length > 0) socket.write(bytes);
  return {
    socket,
    received: () => text,
    end,
    until: async (isEnough) => {
      while (!isEnough(text) && !isClosed) await new Promise<void>((resolve) => waiting.push(resolve));
      return text;
    },
  };
}

/** Statuses of the responses in a text, in order. */
export const statusesOf = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
