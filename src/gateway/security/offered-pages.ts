/** Carries the offers of a request from the pipeline to the pages of the gateway. */
import type { IncomingMessage } from 'node:http';
import type { Offers } from './offers.ts';

const OFFERS = Symbol('offers');

interface WithOffers extends IncomingMessage {
  [OFFERS]?: Offers;
}

export const setOffers = (req: IncomingMessage, offers: Offers): void => {
  (req as WithOffers)[OFFERS] = offers;
};

/** @returns undefined if everyone may call every operation */
export const offersOf = (req: IncomingMessage): Offers | undefined => (req as WithOffers)[OFFERS];
