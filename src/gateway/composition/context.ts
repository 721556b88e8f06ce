/** What the composition of a response needs from the gateway and from the request. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Limits } from '../../config/limits.ts';
import type { TrustProxy } from '../../http/server/trust-proxy.ts';
import type { Offers } from '../../hypermedia/offers.ts';
import type { Selection } from '../../hypermedia/selection.ts';
import type { Upstreams } from '../../outbound/upstream.ts';
import type { Inspect } from '../conformance/inspect-responses.ts';
import type { AfterSteps } from '../extension/run-steps.ts';
import type { ResponseHeaders } from '../proxy/headers.ts';
import type { InternalDispatch } from '../proxy/internal-request.ts';
import type { SendUpstreamResponse } from '../proxy/send-upstream-response.ts';
import type { GatewayOffers } from '../security/offers.ts';
import type { Composition, FindComposition } from './composition.ts';

export interface ComposeOptions {
  readonly compositionOf: FindComposition;
  readonly dispatch: InternalDispatch;
  readonly upstreams: Upstreams;
  readonly limits: Limits;
  readonly trustProxy: TrustProxy;
  readonly headersOf: ResponseHeaders;
  readonly inspect: Inspect;
  readonly sendUpstreamResponse: SendUpstreamResponse;
  /** What a caller may call; undefined if everyone may call every operation. */
  readonly offers?: GatewayOffers | undefined;
  readonly afterSteps: AfterSteps | undefined;
}

/** A request whose response is composed. */
export interface CompositionContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly next: () => void;
  readonly composition: Composition;
  readonly selection: Selection;
  /** What the caller may call; undefined if everyone may call every operation. */
  readonly offers: Offers | undefined;
  readonly options: ComposeOptions;
}
