import type { Step } from '../../http/server/pipeline.ts';
import { servedBySubject } from '../../hypermedia/expand/plan.ts';
import { type Selection, select, WHOLE } from '../../hypermedia/selection.ts';
import { composeResponse } from '../composition/compose-response.ts';
import type { Composition } from '../composition/composition.ts';
import type { ComposeOptions } from '../composition/context.ts';
import { restoreTags } from '../composition/entity-tags.ts';
import { exchangeOf } from '../exchange.ts';

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
    if (passes && !composition.alwaysReadsBody) return next();
    return composeResponse({ req, res, next, composition, selection: passes ? WHOLE : selection, options });
  };

function selectionOf(
  query: string,
  { graphOperation: subject }: Composition,
  { limits }: ComposeOptions,
): Selection {
  if (!subject?.expands || !SELECTS.test(query)) return WHOLE;
  return select(
    new URLSearchParams(query),
    subject,
    (owner, target) => owner.expands && !owner.lifted && owner.service === target.service,
    limits.expand,
  );
}
