/**
 * The last step of a hop: turns every error into `application/problem+json` (RFC 9457), or into a page for clients
 * that prefer HTML. Reads `Accept`, `Via`.
 *
 * A `Problem` is sent as it is. An error of Express or its parsers (`status` below 500) becomes the problem type
 * for that status. Any other error is a fault of this process: it is logged, and the client gets its request id
 * only. Causes of 5xx problems are logged once a minute per kind. Sends any status of the catalogue. Responses may
 * not be cached (RFC 9111 §5.2.2.5). When the head has been sent already, the connection is cut: an incomplete body
 * must not look complete.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { PROBLEM_MEDIA_TYPE, Problem, type ProblemType } from '../../contract/problem.ts';
import {
  badRequest,
  contentTooLarge,
  internalError,
  notFound,
  unsupportedMediaType,
} from '../../contract/problems.ts';
import { findContext } from '../context.ts';
import { linkHeader } from '../headers/link-header.ts';
import { prefersHtml } from '../headers/negotiate.ts';
import { isFromGateway } from '../headers/via.ts';
import { REQUEST_ID_HEADER } from '../identify.ts';
import { HTML } from '../page/entity.ts';
import { problemPage } from '../page/problem-page.ts';
import { pageSecurity } from '../page/security.ts';
import { requestTarget } from '../uri/request-target.ts';
import { type PathLookup, type ProblemLinks, problemLinks, problemTypeLink } from './problem-links.ts';
import { createProblemLog } from './problem-log.ts';

export interface ProblemHandlerOptions {
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  /** Raw headers of every problem: name, value, … */
  readonly headers?: readonly string[];
  /** Used for the links of problems. */
  readonly paths?: PathLookup;
  /** Further links of a problem. */
  readonly linksOf?: ((problem: Problem, req: IncomingMessage) => ProblemLinks) | undefined;
  /** Whether this hop is the gateway, whose pages are available at the same host. Otherwise `Via` decides. */
  readonly isGateway?: boolean;
}

const HTML_TYPE = `${HTML}; charset=utf-8`;
const PAGE_HEADERS = Object.entries(pageSecurity()).flat();

export const problemHandler = ({
  logger,
  headers = [],
  paths,
  linksOf,
  isGateway = false,
}: ProblemHandlerOptions) => {
  const logProblem = createProblemLog(logger);
  // Express recognizes an error handler by its four parameters.
  return function problemHandler(
    error: unknown,
    req: IncomingMessage,
    res: ServerResponse,
    _next?: unknown,
  ): void {
    const context = findContext(req);
    const problem = problemFromError(error);
    // The client has disconnected, which is not a fault.
    if (req.socket.destroyed) return;
    const { method = '' } = req;
    const url = requestTarget(req);
    if (problem.status >= 500) {
      const [path = ''] = url.split('?', 1);
      const request = { requestId: context?.requestId, method, path };
      if (problem.type === internalError) logger.error({ err: problem.cause, ...request });
      else logProblem(problem, request);
    }
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const body = {
      ...problem.toJSON(),
      ...(context && { requestId: context.requestId }),
      _links: { ...problemLinks(problem, { method, url }, paths), ...linksOf?.(problem, req) },
    };
    const isAtGateway = isGateway || isFromGateway(req);
    const representation = prefersHtml(req.headers.accept)
      ? { type: HTML_TYPE, text: problemPage({ problem, body, url, isAtGateway }), added: PAGE_HEADERS }
      : { type: PROBLEM_MEDIA_TYPE, text: JSON.stringify(body), added: headers };
    const bytes = Buffer.from(representation.text);
    const link = linkHeader([{ rel: 'describedby', ...problemTypeLink(problem) }]);
    const head = [
      'Content-Type',
      representation.type,
      'Content-Length',
      String(bytes.length),
      ...representation.added,
    ];
    head.push('Cache-Control', 'no-store', 'Link', link);
    head.push('Vary', varyWithAccept(res.getHeader('Vary')));
    if (context && !res.hasHeader(REQUEST_ID_HEADER)) head.push(REQUEST_ID_HEADER, context.requestId);
    res.writeHead(problem.status, [...head, ...Object.entries(problem.headers).flat()]);
    res.end(method === 'HEAD' ? undefined : bytes);
  };
};

/** Adds `Accept` to the value of `Vary` (RFC 9110 §12.5.5). */
const varyWithAccept = (current: string | number | readonly string[] | undefined): string => {
  const names = [current ?? []].flat().join(', ');
  return /(?:^|,)\s*(?:accept|\*)\s*(?:,|$)/i.test(names)
    ? names
    : [names, 'Accept'].filter(Boolean).join(', ');
};

/** Problem types for errors of Express and its parsers. */
const TYPES_BY_STATUS: ReadonlyMap<number, ProblemType> = new Map(
  [badRequest, notFound, contentTooLarge, unsupportedMediaType].map((type) => [type.status, type]),
);

const problemFromError = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof URIError) return new Problem(badRequest, 'The path has broken percent-encoding.');
  const { status, expose, message } = Object(error) as {
    status?: unknown;
    expose?: unknown;
    message?: unknown;
  };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const type = TYPES_BY_STATUS.get(status) ?? badRequest;
    return new Problem(type, expose === true && typeof message === 'string' ? message : type.meaning);
  }
  return new Problem(internalError, 'An unexpected error occurred and was logged.', { cause: error });
};
