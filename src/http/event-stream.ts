/**
 * Marks responses that may end after any byte. A client drops an incomplete event and reconnects by itself with
 * `Last-Event-ID` (HTML, "Server-sent events"). Any other body must be complete, or the connection must break.
 */
import type { ServerResponse } from 'node:http';

const EVENT_STREAM = /^text\/event-stream\s*(?:;|$)/i;

const streams = new WeakSet<ServerResponse>();

export const markEventStream = (res: ServerResponse, contentType: string | undefined): void => {
  if (contentType !== undefined && EVENT_STREAM.test(contentType)) streams.add(res);
};

export const isEventStream = (res: ServerResponse): boolean => streams.has(res);
