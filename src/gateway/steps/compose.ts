import type { Step } from '../../http/server/pipeline.ts';
import { isFullyPushedDown } from '../../hypermedia/expand/plan.ts';
import type { Offers } from '../../hypermedia/offers.ts';
import type { Selection } from '../../hypermedia/selection.ts';
import { NO_SELECTION, planSelection } from '../../hypermedia/selection.ts';
import { composeResponse } from '../composition/compose-response.ts';
import type { Composition } from '../composition/composition.ts';
import type { ComposeOptions } from '../composition/context.ts';
import { restoreTags } from '../composition/entity-tags.ts';
import { exchangeOf } from '../exchange.ts';

const SELECTS = /(?:expand|fields)=/;

export const compose = (options: ComposeOptions): Step =>
  // Not async: most requests continue unchanged, and a promise for each would be slow.
  function compose(req, res, next) {
    const exchange = exchangeOf(req);
    const composition = options.compositionOf(exchange.operation);
    if (composition === undefined) return next();
    if (composition.hasLiftedTags) restoreTags(req);
    const offers = options.offers?.to(exchange.context.caller);
    const selection = selectionOf(exchange.query, composition, options, offers);
    const passes =
      selection === NO_SELECTION ||
      (!composition.lifting && !offers?.dependsOnCaller && isFullyPushedDown(selection.plan));
    if (passes && !composition.alwaysReadsBody) return next();
    return composeResponse({
      req,
      res,
      next,
      composition,
      selection: passes ? NO_SELECTION : selection,
      offers,
      options,
    });
  };

function selectionOf(
  query: string,
  { graphOperation }: Composition,
  { limits }: ComposeOptions,
  offers: Offers | undefined,
): Selection {
  if (!graphOperation?.expands || !SELECTS.test(query)) return NO_SELECTION;
  return planSelection(
    new URLSearchParams(query),
    graphOperation,
    (owner, target) => owner.expands && !owner.lifted && owner.service === target.service,
    limits.expand,
    offers?.allows,
  );
}
