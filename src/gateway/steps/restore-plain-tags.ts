/**
 * Replaces entity tags of compressed representations in requests with the original tags of the service. Reads
 * `If-Match`, and `If-None-Match` if the client accepts the same coding (RFC 9110 §13.1).
 */
import { plainTags } from '../../http/body/compression.ts';
import { contextOf } from '../../http/context.ts';
import type { Step } from '../../http/server/pipeline.ts';
import { exchangeOf } from '../exchange.ts';

export const restorePlainTags = (compressed: ReadonlySet<string>): Step =>
  function restorePlainTags(req, _res, next) {
    const { rawHeaders: raw } = req;
    if (!compressed.has(exchangeOf(req).operation.service)) return next();
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i]?.toLowerCase();
      if (name === 'if-match') raw[i + 1] = plainTags(raw[i + 1] as string);
      if (name !== 'if-none-match') continue;
      const coding = contextOf(req).compression?.codingFor(req);
      if (coding !== undefined) raw[i + 1] = plainTags(raw[i + 1] as string, coding);
    }
    next();
  };
