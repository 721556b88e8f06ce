/** Carries what a caller is offered from the pipeline to the pages of the gateway. */
import type { IncomingMessage } from 'node:http';

/** What one caller may call, by service and id of the operation. */
export interface PageOffers {
  allows(service: string, operationId: string): boolean;
  /** Whether another caller may be offered something else. */
  readonly dependsOnCaller: boolean;
  /** The names of the headers that have credentials. */
  readonly vary: readonly string[];
}

const OFFERS = Symbol('offers');

interface WithOffers extends IncomingMessage {
  [OFFERS]?: PageOffers;
}

export const setPageOffers = (req: IncomingMessage, offers: PageOffers): void => {
  (req as WithOffers)[OFFERS] = offers;
};

/** @returns undefined if everyone may call every operation */
export const pageOffersOf = (req: IncomingMessage): PageOffers | undefined => (req as WithOffers)[OFFERS];
