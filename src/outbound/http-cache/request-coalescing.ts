/** The calls that are on their way for a cache, and what each of them changes in it. */
import { fieldOf } from '../../http/headers/raw-headers.ts';
import { brokenOff } from '../call/to-problem.ts';
import type { OutboundRequest } from '../call/types.ts';
import type { UpstreamAnswer } from '../call/upstream-response.ts';
import type { Caller } from '../caller.ts';
import type { Asked } from './cache-request.ts';
import { Flight, type Landing, type Place } from './in-flight-request.ts';
import type { Shelf } from './service-cache.ts';
import { fateOf, fateOfUpdate, storedOf } from './storability.ts';
import type { Stored, Timing } from './stored-response.ts';
import { confirms, isSameBody, updated, validating } from './validation.ts';

/** One call: who asks, and what is kept already. */
interface Errand {
  readonly asked: Asked;
  readonly entry: Stored | undefined;
  readonly flight: Flight;
}

export class Flights {
  readonly #target: Caller;
  readonly #shelf: Shelf;
  readonly #open = new Map<string, Flight>();

  constructor(target: Caller, shelf: Shelf) {
    this.#target = target;
    this.#shelf = shelf;
  }

  /** One that is on its way for just the same. */
  of({ identity }: Asked): Flight | undefined {
    return this.#open.get(identity);
  }

  /** @param entry what is kept, and may be asked about */
  begin(place: Place, asked: Asked, entry: Stored | undefined): Flight {
    const { deadline = Number.POSITIVE_INFINITY } = asked.request;
    const request = entry?.hasValidator ? validating(asked.request, entry) : asked.request;
    const flight = new Flight(place, deadline, (self) => this.#fly(request, { asked, entry, flight: self }));
    this.#open.set(asked.identity, flight);
    return flight;
  }

  /** The resource is another now: what is on its way may be of before. */
  outdate(key: string): void {
    for (const [identity, flight] of this.#open) {
      if (flight.place.key !== key) continue;
      flight.isOutdated = true;
      this.#open.delete(identity);
    }
  }

  async #fly(request: OutboundRequest, errand: Errand): Promise<Landing> {
    const { asked, entry, flight } = errand;
    const close = () => {
      if (this.#open.get(asked.identity) === flight) this.#open.delete(asked.identity);
    };
    const sentAt = Date.now();
    const call = this.#target.start(request);
    flight.onDeserted = () => {
      close();
      call.abort();
    };
    try {
      const answer = await call.answer;
      const timing = { sentAt, receivedAt: Date.now() };
      const isAboutKept = answer.status === 304 && entry !== undefined && request !== asked.request;
      return await (isAboutKept
        ? this.#confirm(answer, { asked, entry, flight }, timing)
        : this.#land(answer, errand, timing));
    } finally {
      close();
    }
  }

  async #confirm(
    answer: UpstreamAnswer,
    { asked, entry, flight }: Errand & { readonly entry: Stored },
    timing: Timing,
  ): Promise<Landing> {
    const { key, state } = flight.place;
    answer.discard();
    const whole = updated(entry, answer, asked, timing);
    const { control } = whole;
    const isAboutIt = confirms(answer, entry);
    const fate = fateOfUpdate(whole, asked);
    const isStored = isAboutIt && fate.isStored && !flight.isOutdated;
    // What it says to this caller alone says nothing of what is kept for others.
    const isOfCaller =
      fieldOf(whole.headers, 'set-cookie') !== undefined || (asked.hasCredentials && !whole.isForEverybody);
    const mayStay = isAboutIt && !flight.isOutdated && !control.has('no-store') && !control.has('private');
    if (isStored) await this.#shelf.put(key, whole, state, entry);
    else if (!mayStay || !isOfCaller) await this.#shelf.remove(key, entry);
    // It speaks of something that is not here.
    if (!isAboutIt) return { isStored, isConfirmed: false, isShared: false, status: 304 };
    return { whole, isStored, isConfirmed: true, isShared: fate.isShared, status: 304 };
  }

  async #land(answer: UpstreamAnswer, { asked, entry, flight }: Errand, timing: Timing): Promise<Landing> {
    const { status } = answer;
    const { key, state } = flight.place;
    const fate = fateOf(answer, asked);
    if (entry && !fate.isStored && status < 500)
      await this.#renewOrForget(answer, entry, asked, flight, timing);
    const alone = { isStored: false, isConfirmed: false, isShared: false, status, own: answer };
    const isWanted = (fate.isStored && !flight.isOutdated) || (fate.isShared && flight.isForSeveral);
    const body = isWanted ? await this.#read(answer) : undefined;
    if (body === undefined) return alone;
    const whole = storedOf(answer, body, asked, timing);
    // Looked at again: much can happen before a body is here.
    const isStored = fate.isStored && !flight.isOutdated;
    if (isStored) await this.#shelf.put(key, whole, state);
    return { whole, isStored, isConfirmed: false, isShared: fate.isShared, status };
  }

  /** A head that came without a body tells whether what is kept is still good (RFC 9111 §4.3.5). */
  async #renewOrForget(
    answer: UpstreamAnswer,
    entry: Stored,
    asked: Asked,
    { place: { key, state }, isOutdated }: Flight,
    timing: Timing,
  ): Promise<void> {
    const isSame = asked.isHead && answer.status === entry.status && isSameBody(answer, entry);
    const renewed = updated(entry, answer, asked, timing);
    if (isSame && !isOutdated && fateOfUpdate(renewed, asked).isStored)
      await this.#shelf.put(key, renewed, state, entry);
    else await this.#shelf.remove(key, entry);
  }

  async #read(answer: UpstreamAnswer): Promise<Buffer | undefined> {
    try {
      return await answer.peek(this.#shelf.entry);
    } catch (cause) {
      throw brokenOff(cause);
    }
  }
}
