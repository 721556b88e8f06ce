/** What a shared cache may keep (RFC 9111 §3), and what may be given to those who asked the same meanwhile (§4). */
import { fieldOf } from '../../http/headers/raw-headers.ts';
import type { UpstreamAnswer } from '../call/upstream-response.ts';
import type { Asked } from './cache-request.ts';
import { cachePolicyOf, membersOf } from './directives.ts';
import { initialAgeOf, keptHeaders, Stored, type Timing } from './stored-response.ts';

/** Those that may be kept without a word of how long (RFC 9110 §15.1), and that are understood here. */
const UNDERSTOOD: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414]);

/** They speak of another answer, or of a part of one. */
const NEVER: ReadonlySet<number> = new Set([206, 304]);

const FRESHNESS = ['s-maxage', 'max-age', 'public'];
const GRACES = ['stale-if-error', 'stale-while-revalidate'];

/** What is to become of an answer, as its head says. */
export interface Fate {
  readonly isStored: boolean;
  /** Whether it may be given to all who asked just the same while it was on its way. */
  readonly isShared: boolean;
}

const LEFT_ALONE: Fate = { isStored: false, isShared: false };

export function fateOf({ status, rawHeaders }: UpstreamAnswer, asked: Asked): Fate {
  const fate = fateOfHead(status, rawHeaders, asked);
  return { ...fate, isStored: fate.isStored && asked.request.method === 'GET' };
}

/** Of what is kept, with the fields of a newer head: they are held against the same rules, or they would get by them. */
export const fateOfUpdate = ({ status, headers }: Stored, asked: Asked): Fate =>
  fateOfHead(status, headers, asked);

function fateOfHead(status: number, rawHeaders: readonly string[], asked: Asked): Fate {
  const { control, isTargeted } = cachePolicyOf(rawHeaders);
  const isUnderstood = UNDERSTOOD.has(status);
  const forbids = control.has('must-understand') ? !isUnderstood : control.has('no-store');
  // A cookie that is set is for one; an event stream has no end.
  if (forbids || status >= 500 || NEVER.has(status) || fieldOf(rawHeaders, 'set-cookie') !== undefined)
    return LEFT_ALONE;
  if (/^text\/event-stream\b/i.test(fieldOf(rawHeaders, 'content-type') ?? '')) return LEFT_ALONE;
  if (membersOf(fieldOf(rawHeaders, 'vary')).includes('*')) return LEFT_ALONE;
  const isPrivate = control.has('private');
  const isForEverybody = control.has('public') || control.has('s-maxage');
  const says =
    FRESHNESS.some((name) => control.has(name)) ||
    (!isTargeted && fieldOf(rawHeaders, 'expires') !== undefined);
  return {
    isStored:
      !isPrivate &&
      (!asked.hasCredentials || isForEverybody) &&
      (says || isUnderstood) &&
      isOfUse(control, rawHeaders),
    isShared: !control.has('no-cache') && (!isPrivate || asked.hasCredentials),
  };
}

/** What is neither fresh for a moment, nor can be asked about, nor helps in need, only takes room. */
const isOfUse = (control: ReadonlyMap<string, string>, raw: readonly string[]): boolean =>
  ['etag', 'last-modified', 'expires'].some((name) => fieldOf(raw, name) !== undefined) ||
  [...FRESHNESS, ...GRACES].some((name) => Number(control.get(name)) > 0);

/** @param body whole */
export function storedOf(
  { status, rawHeaders }: Pick<UpstreamAnswer, 'status' | 'rawHeaders'>,
  body: Buffer,
  asked: Asked,
  timing: Timing,
): Stored {
  const { receivedAt } = timing;
  return new Stored({
    ...{ status, body, receivedAt },
    headers: keptHeaders(rawHeaders, receivedAt),
    selecting: asked.selecting(membersOf(fieldOf(rawHeaders, 'vary'))),
    initialAge: initialAgeOf(rawHeaders, timing),
  });
}
