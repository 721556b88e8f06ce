/**
 * Replaces entity tags of compressed representations in requests with the original tags of the service. Reads
 * `If-Match`, and `If-None-Match` if the client accepts the same coding (RFC 9110 §13.1).
 */

import { withOriginalTags } from '../../http/body/compression.ts';
import { contextOf } from '../../http/context.ts';
import { replaceValues } from '../../http/headers/raw-headers.ts';
import type { Step } from '../../http/server/pipeline.ts';
import { exchangeOf } from '../exchange.ts';

export const restorePlainTags = (compressed: ReadonlySet<string>): Step =>
  function restorePlainTags(req, _res, next) {
    const { rawHeaders: raw } = req;
    if (!compressed.has(exchangeOf(req).operation.service)) return next();
    replaceValues(raw, 'if-match', (value) => withOriginalTags(value));
    replaceValues(raw, 'if-none-match', (value) => {
      const coding = contextOf(req).compression?.codingFor(req);
      return coding === undefined ? value : withOriginalTags(value, coding);
    });
    next();
  };
