/**
 * The last step: forwards the request to the service and the response to the client, streaming in both directions.
 *
 * Reads all headers, except hop-by-hop headers and those that `Connection` names (RFC 9110 §7.6.1). Sends the interim
 * responses and the status of the service, or 502, 503, 504 if there is no response. The call is aborted when the
 * client disconnects.
 */
import type { Step } from '../../http/server/pipeline.ts';
import type { TrustProxy } from '../../http/server/trust-proxy.ts';
import { CallAborted } from '../../outbound/call/call-errors.ts';
import type { OutboundRequest } from '../../outbound/call/types.ts';
import type { Upstreams } from '../../outbound/upstream.ts';
import type { Inspect } from '../conformance/inspect-responses.ts';
import { exchangeOf } from '../exchange.ts';
import type { AfterSteps } from '../extension/run-steps.ts';
import { type ResponseHeaders, requestHeaders } from '../proxy/headers.ts';
import { forwardInterimResponses } from '../proxy/interim-responses.ts';
import type { SendUpstreamResponse } from '../proxy/send-upstream-response.ts';

export interface ForwardOptions {
  readonly upstreams: Upstreams;
  readonly trustProxy: TrustProxy;
  readonly headersOf: ResponseHeaders;
  readonly inspect: Inspect;
  readonly sendUpstreamResponse: SendUpstreamResponse;
  readonly afterSteps: AfterSteps | undefined;
  /** Asks the service to switch protocols. */
  readonly upgrade?: OutboundRequest['upgrade'];
}

export const forward = ({
  upstreams,
  trustProxy,
  headersOf,
  inspect,
  sendUpstreamResponse,
  afterSteps,
  upgrade,
}: ForwardOptions): Step =>
  async function forward(req, res) {
    const { method = '' } = req;
    const exchange = exchangeOf(req);
    const { context, operation, target: path, body } = exchange;
    const { operationId } = operation;
    const upstream = upstreams.get(operation.service);
    if (!upstream) throw new Error(`no target for ${operation.service}`);
    const headers = requestHeaders(req, context, trustProxy(req.socket.remoteAddress));
    const { client, caller, deadline } = context;
    const call = upstream.start({
      method,
      path,
      headers: exchange.serviceHeaders(headers),
      body,
      operationId,
      onInterim: forwardInterimResponses(req, res),
      upgrade,
      client,
      caller,
      stats: context,
      deadline,
    });
    res.on('close', () => call.abort());
    try {
      const response = await call.response;
      const inspection = inspect(response, operation, method, path);
      if (inspection) await inspection;
      const changing = afterSteps?.(exchange, response);
      if (changing) await changing;
      const sending = sendUpstreamResponse(response, req, res, headersOf(response.rawHeaders, context));
      if (sending) await sending;
    } catch (error) {
      if (!(error instanceof CallAborted)) throw error;
      res.destroy();
    }
  };
