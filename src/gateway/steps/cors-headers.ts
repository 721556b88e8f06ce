/** Adds CORS headers to every response of the later steps, errors included. See `http/cors/cors.ts`. */
import type { Step } from '../../http/server/pipeline.ts';
import type { GatewayCors } from '../cors/gateway-cors.ts';

export const corsHeaders = (cors: GatewayCors): Step =>
  function corsHeaders(req, res, next) {
    cors.apply(req, res);
    next();
  };
