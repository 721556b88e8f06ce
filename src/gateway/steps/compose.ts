/**
 * What is put together here rather than passed on: links for services that know of none, `?expand=` across
 * services, and `?fields=` of what came from several. A service embeds what it owns, and is asked for that alone;
 * relations that lead to other services are followed here, in parallel, by the same routes and policies as any
 * other request.
 *
 * Reads `expand`, `fields`, `Accept`, `If-Match`, `If-None-Match`, `Prefer`. Sends 304 (RFC 9110 §15.4.5) for what
 * it put together, 400 expand-unknown, fields-unknown or expand-limit before anything is sent, 502 where what is to
 * be expanded cannot be read. An answer that is no success with JSON, or too large to be lifted, goes on as it is.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Limits } from '../../config/limits.ts';
import type { Step } from '../../http/server/pipeline.ts';
import type { TrustProxy } from '../../http/server/trust-proxy.ts';
import { servedBySubject } from '../../hypermedia/expand/plan.ts';
import { type Selection, select, WHOLE } from '../../hypermedia/selection.ts';
import type { Callers } from '../../outbound/caller.ts';
import { answerWhole } from '../composition/compose-response.ts';
import type { Composition, CompositionOf } from '../composition/composition.ts';
import { restoreTags } from '../composition/entity-tags.ts';
import type { Inspect } from '../conformance/inspect-responses.ts';
import { exchangeOf } from '../exchange.ts';
import type { ResponseHeaders } from '../proxy/headers.ts';
import type { Send } from '../proxy/internal-request.ts';
import type { PassOn } from '../proxy/send-upstream-response.ts';

export interface ComposeOptions {
  readonly compositionOf: CompositionOf;
  readonly send: Send;
  readonly callers: Callers;
  readonly limits: Limits;
  readonly trustProxy: TrustProxy;
  readonly headersOf: ResponseHeaders;
  readonly inspect: Inspect;
  readonly passOn: PassOn;
}

/** One request that is not just passed on. */
export interface Composing {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly next: () => void;
  readonly composition: Composition;
  readonly selection: Selection;
  readonly options: ComposeOptions;
}

const SELECTS = /(?:expand|fields)=/;

export const compose = (options: ComposeOptions): Step =>
  // Not async: most requests only pass, and a promise each would cost them.
  function compose(req, res, next) {
    const exchange = exchangeOf(req);
    const composition = options.compositionOf(exchange.operation);
    if (composition === undefined) return next();
    if (composition.hasLiftedTags) restoreTags(req);
    const selection = selectionOf(exchange.query, composition, options);
    const passes = selection === WHOLE || (!composition.lifting && servedBySubject(selection.plan));
    if (passes && !composition.isRead) return next();
    return answerWhole({ req, res, next, composition, selection: passes ? WHOLE : selection, options });
  };

function selectionOf(query: string, { subject }: Composition, { limits }: ComposeOptions): Selection {
  if (!subject?.expands || !SELECTS.test(query)) return WHOLE;
  return select(
    new URLSearchParams(query),
    subject,
    (owner, target) => owner.expands && !owner.lifted && owner.service === target.service,
    limits.expand,
  );
}
