/**
 * Writes one JSON line for each request, calls the metrics hook once, and ends the span. The query is left out,
 * because its values may be secrets. Successful health checks have no line and no span, because they are frequent.
 * The lines are formatted by hand: a serializer costs more than the rest of the bookkeeping of a hop.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf, type RequestContext } from './context.ts';
import { isEventStream } from './event-stream.ts';
import type { Step } from './server/pipeline.ts';
import { upgradeOf } from './server/upgrade.ts';
import { requestTarget } from './uri/request-target.ts';

export interface AccessRecord {
  readonly context: RequestContext;
  readonly method: string;
  readonly path: string;
  /** The status that the client saw, or 499 when it disconnected before the response. */
  readonly status: number;
  readonly milliseconds: number;
  /** Bytes sent on the connection, head and framing included. */
  readonly bytes: number;
  /** Bytes received on a connection that switched protocols; undefined for other requests. */
  readonly received?: number | undefined;
  /** Whether the response is an event stream or a WebSocket connection, which lasts as long as the client likes. */
  readonly isStream: boolean;
}

export interface AccessLogOptions {
  /** Receives each line with its newline. Without it nothing is logged. */
  readonly lines?: { write(line: string): unknown } | undefined;
  /** Called when a request has ended. */
  readonly onRequest?: ((record: AccessRecord) => void) | undefined;
}

/** The nginx convention for "client closed request". */
const CLIENT_CLOSED_REQUEST = 499;

export const accessLog = ({ lines, onRequest }: AccessLogOptions): Step =>
  function accessLog(req, res, next) {
    const { socket } = req;
    const bytesBefore = socket.bytesWritten;
    res.on('close', () => {
      const record = toRecord(req, res, socket.bytesWritten - bytesBefore);
      onRequest?.(record);
      const { isProbe, span, service, operationId } = record.context;
      if (isProbe) return;
      lines?.write(toLine(record));
      span?.end({ service, operationId, status: record.status });
    });
    next();
  };

const toRecord = (req: IncomingMessage, res: ServerResponse, bytes: number): AccessRecord => {
  const context = contextOf(req);
  const isUpgraded = upgradeOf(req)?.isAccepted === true;
  return {
    context,
    method: req.method ?? '',
    path: loggablePath(requestTarget(req)),
    status: res.headersSent ? res.statusCode : CLIENT_CLOSED_REQUEST,
    milliseconds: Math.round((performance.now() - context.startedAt) * 10) / 10,
    bytes,
    received: isUpgraded ? req.socket.bytesRead : undefined,
    isStream: isUpgraded || isEventStream(res),
  };
};

/** The part of the target without secrets: no query, no fragment, and no credentials before a host. */
const loggablePath = (target: string): string => {
  const end = target.search(/[?#]/);
  const path = end < 0 ? target : target.slice(0, end);
  return path.startsWith('/') ? path : path.replace(/^([^/]*\/\/)?[^/]*@/, '$1');
};

let second = 0;
let secondText = '';

/** The text is formatted once a second, and the milliseconds each time. */
const isoTime = (now: number): string => {
  const milliseconds = now % 1000;
  if (now - milliseconds !== second) {
    second = now - milliseconds;
    secondText = new Date(second).toISOString().slice(0, 20);
  }
  return `${secondText}${String(milliseconds).padStart(3, '0')}Z`;
};

/** Names as JSON, formatted once per name. Names of operations come from documents and may have any characters. */
const quotedNames = new Map<string, string>();
/** Names of documents that were replaced are never removed one by one, so the map is cleared at this size. */
const MAX_CACHED_NAMES = 100_000;

const quote = (name: string): string => {
  const cached = quotedNames.get(name);
  if (cached !== undefined) return cached;
  if (quotedNames.size >= MAX_CACHED_NAMES) quotedNames.clear();
  const text = JSON.stringify(name);
  quotedNames.set(name, text);
  return text;
};

/** Only the path and names need escaping: methods are tokens, and ids are checked. */
const toLine = ({ context, method, path, status, milliseconds, bytes, received }: AccessRecord): string =>
  `{"time":"${isoTime(Date.now())}","level":30,"method":"${method}","path":${JSON.stringify(path)},"status":${status},` +
  `"ms":${milliseconds},"bytes":${bytes},"service":${quote(context.service)},"operationId":${quote(context.operationId)},` +
  (context.breaker && `"attempts":${context.attempts},"breaker":"${context.breaker}",`) +
  (context.instance && `"instance":${quote(context.instance)},`) +
  (context.cache && `"cache":"${context.cache}",`) +
  (received === undefined ? '' : `"received":${received},`) +
  `"requestId":"${context.requestId}","traceId":"${context.traceId}"}\n`;
