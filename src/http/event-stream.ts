/**
 * Answers that may end after any byte: an event that is not whole is dropped by whoever reads it, and the client comes
 * again by itself with `Last-Event-ID` (HTML, "Server-sent events"). Any other body must be whole or break off.
 */
import type { ServerResponse } from 'node:http';

const EVENT_STREAM = /^text\/event-stream\s*(?:;|$)/i;

const streams = new WeakSet<ServerResponse>();

export const markEventStream = (res: ServerResponse, contentType: string | undefined): void => {
  if (contentType !== undefined && EVENT_STREAM.test(contentType)) streams.add(res);
};

export const isEventStream = (res: ServerResponse): boolean => streams.has(res);
