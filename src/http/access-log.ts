/**
 * One JSON line for each answered request, one call of the metrics hook, and the end of its span. The query is left out:
 * its values may be secrets. Health that is well has no line and no span, as it is asked for all the time. Written by
 * hand: a serializer costs more than the rest of the hop's bookkeeping.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf, type RequestContext } from './context.ts';
import { isEventStream } from './event-stream.ts';
import type { Step } from './server/pipeline.ts';
import { requestTarget } from './uri/request-target.ts';

export interface AccessRecord {
  readonly context: RequestContext;
  readonly method: string;
  readonly path: string;
  /** What the caller saw; 499 when it left before there was an answer. */
  readonly status: number;
  readonly milliseconds: number;
  /** Sent on the connection, head and framing included. */
  readonly bytes: number;
  /** Whether it lasted as long as somebody listened. */
  readonly isStream: boolean;
}

export interface AccessLogOptions {
  /** Takes one line with its newline; nothing is logged without it. */
  readonly lines?: { write(line: string): unknown } | undefined;
  /** Called once a request, when it is over. */
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
  return {
    context,
    method: req.method ?? '',
    path: loggablePath(requestTarget(req)),
    status: res.headersSent ? res.statusCode : CLIENT_CLOSED_REQUEST,
    milliseconds: Math.round((performance.now() - context.startedAt) * 10) / 10,
    bytes,
    isStream: isEventStream(res),
  };
};

/** What names a resource, and nothing that may be a secret: no query, no fragment, and before a host no password. */
const loggablePath = (target: string): string => {
  const end = target.search(/[?#]/);
  const path = end < 0 ? target : target.slice(0, end);
  return path.startsWith('/') ? path : path.replace(/^([^/]*\/\/)?[^/]*@/, '$1');
};

let second = 0;
let secondText = '';

/** The date's text is made once a second, the milliseconds each time. */
const isoTime = (now: number): string => {
  const milliseconds = now % 1000;
  if (now - milliseconds !== second) {
    second = now - milliseconds;
    secondText = new Date(second).toISOString().slice(0, 20);
  }
  return `${secondText}${String(milliseconds).padStart(3, '0')}Z`;
};

/** As JSON, made once a name: those of operations are as their documents have them. */
const quotedNames = new Map<string, string>();
/** More have gone with their documents. */
const MAX_CACHED_NAMES = 100_000;

const quote = (name: string): string => {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  if (quotedNames.size >= MAX_CACHED_NAMES) quotedNames.clear();
  const text = JSON.stringify(name);
  quotedNames.set(name, text);
  return text;
};

/** What may hold a character that JSON escapes is the path, and names: methods are tokens, ids are checked. */
const toLine = ({ context, method, path, status, milliseconds, bytes }: AccessRecord): string =>
  `{"time":"${isoTime(Date.now())}","level":30,"method":"${method}","path":${JSON.stringify(path)},"status":${status},` +
  `"ms":${milliseconds},"bytes":${bytes},"service":${quote(context.service)},"operationId":${quote(context.operationId)},` +
  (context.breaker && `"attempts":${context.attempts},"breaker":"${context.breaker}",`) +
  (context.instance && `"instance":${quote(context.instance)},`) +
  (context.cache && `"cache":"${context.cache}",`) +
  `"requestId":"${context.requestId}","traceId":"${context.traceId}"}\n`;
