import type { Step } from '../../http/server/pipeline.ts';
import { isFullyPushedDown } from '../../hypermedia/expand/plan.ts';
import { NO_SELECTION, planSelection, type Selection } from '../../hypermedia/selection.ts';
import { answerWhole } from '../composition/compose-response.ts';
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
    const passes = selection === NO_SELECTION || (!composition.lifting && isFullyPushedDown(selection.plan));
    if (passes && !composition.isRead) return next();
    return answerWhole({
      req,
      res,
      next,
      composition,
      selection: passes ? NO_SELECTION : selection,
      options,
    });
  };

function selectionOf(query: string, { subject }: Composition, { limits }: ComposeOptions): Selection {
  if (!subject?.expands || !SELECTS.test(query)) return NO_SELECTION;
  return planSelection(
    new URLSearchParams(query),
    subject,
    (owner, target) => owner.expands && !owner.lifted && owner.service === target.service,
    limits.expand,
  );
}
