/**
 * Compares two schemas. A request schema may accept more but not less, and a response schema may promise more but not
 * less. A new value of an enumeration is therefore additive in a request, and breaking in a response.
 */
import type { ChangeList, Direction, Kind, LocatedValue } from './change.ts';
import { matchChoices } from './choices.ts';
import { describeLimitChange, shortJson, tighterLimits } from './limits.ts';
import { type SchemaView, viewOf } from './schema-view.ts';

/** The direction of a compared value and the operation in which it was found first. */
export interface ComparisonSubject {
  readonly direction: Direction;
  readonly subject: string;
}

type Report = (kind: Kind, reason: string, pointer?: string) => void;

interface Pair {
  readonly before: SchemaView;
  readonly after: SchemaView;
  readonly isSent: boolean;
  readonly report: Report;
}

/** Maximum recursion depth. Deeper schemas are compared later. */
const MAX_DEPTH = 100;

export class SchemaDiff {
  readonly #documents: { readonly old: object; readonly now: object };
  readonly #changes: ChangeList;
  /** Schemas may be shared and recursive, so each pair is compared once for each direction. */
  readonly #compared = new WeakMap<object, Map<object, Set<Direction>>>();

  readonly #pending: (() => void)[] = [];
  #depth = 0;

  constructor(old: object, now: object, changes: ChangeList) {
    this.#documents = { old, now };
    this.#changes = changes;
  }

  compare(old: LocatedValue, now: LocatedValue, about: ComparisonSubject): void {
    this.#pending.push(() => this.#compare(old, now, about));
    // Deeply nested schemas are compared later, to limit the recursion.
    if (this.#depth > MAX_DEPTH) return;
    this.#depth += 1;
    const until = this.#depth === 1 ? 0 : this.#pending.length - 1;
    while (this.#pending.length > until) this.#pending.pop()?.();
    this.#depth -= 1;
  }

  #compare(old: LocatedValue, now: LocatedValue, about: ComparisonSubject): void {
    const [before, after] = [viewOf(this.#documents.old, old), viewOf(this.#documents.now, now)];
    if (this.#isKnown(before.id, after.id, about.direction)) return;
    const report: Report = (kind, reason, pointer = after.pointer) =>
      this.#changes.add(kind, about.subject, pointer, reason);
    const pair: Pair = { before, after, isSent: about.direction === 'sent', report };
    if (after.isDeprecated && !before.isDeprecated) report('deprecating', 'is deprecated');
    const [oldChoices, newChoices] = [choicesOf(before, after, old), choicesOf(after, before, now)];
    if (oldChoices.length > 0 || newChoices.length > 0) this.#choices(oldChoices, newChoices, about, pair);
    if (isOnlyChoices(before) !== isOnlyChoices(after)) return;
    types(pair);
    values(pair);
    limits(pair);
    this.#members(pair, about);
    this.#rest(pair, about);
    if (before.items.value !== undefined || after.items.value !== undefined)
      this.compare(before.items, after.items, about);
  }

  #choices(
    old: readonly LocatedValue[],
    now: readonly LocatedValue[],
    about: ComparisonSubject,
    { isSent, report, after }: Pair,
  ): void {
    const { pairs, gone, added } = matchChoices(old, now, this.#documents);
    for (const [one, same] of pairs) this.compare(one, same, about);
    // New alternatives restrict a schema without alternatives, and removing all of them relaxes it.
    if (old.length === 0) report(isSent ? 'breaking' : 'adding', 'must now match one of several schemas');
    else if (now.length === 0)
      report(isSent ? 'adding' : 'breaking', 'need no longer match one of several schemas');
    else {
      if (isSent)
        for (const { name, spot } of gone) report('breaking', `may no longer be ${name}`, spot.pointer);
      for (const { name } of added)
        report(isSent ? 'adding' : 'breaking', `may now be ${name}`, after.pointer);
    }
  }

  #members({ before, after, isSent, report }: Pair, about: ComparisonSubject): void {
    for (const [name, spot] of before.properties) {
      const same = after.properties.get(name);
      if (this.#isSkipped(spot, isSent)) continue;
      if (same === undefined) report('breaking', `${name} was removed`, spot.pointer);
      else {
        this.compare(spot, same, about);
        const [was, is] = [before.required.has(name), after.required.has(name)];
        if (isSent && is && !was) report('breaking', 'is now required', same.pointer);
        if (!isSent && was && !is) report('breaking', 'may now be missing', same.pointer);
      }
    }
    for (const [name, spot] of after.properties) {
      if (before.properties.has(name) || this.#isSkipped(spot, isSent, this.#documents.now)) continue;
      const isNeeded = isSent && after.required.has(name);
      report(isNeeded ? 'breaking' : 'adding', isNeeded ? 'is new and required' : 'is new', spot.pointer);
    }
  }

  /** Read-only members are not sent, and write-only members are not received. */
  #isSkipped(spot: LocatedValue, isSent: boolean, document = this.#documents.old): boolean {
    const { isReadOnly, isWriteOnly } = viewOf(document, spot);
    return isSent ? isReadOnly : isWriteOnly;
  }

  /** Compares the schemas of additional members. */
  #rest({ before, after, isSent, report }: Pair, about: ComparisonSubject): void {
    const [was, is] = [before.additional, after.additional];
    if (is.value === false || was.value === false) {
      if (isSent && was.value !== false) report('breaking', 'no longer accepts other members');
    } else if (typeof was.value === 'object' || typeof is.value === 'object') this.compare(was, is, about);
  }

  #isKnown(old: object, now: object, direction: Direction): boolean {
    const others = this.#compared.get(old) ?? new Map<object, Set<Direction>>();
    const directions = others.get(now) ?? new Set();
    if (directions.has(direction)) return true;
    this.#compared.set(old, others.set(now, directions.add(direction)));
    return false;
  }
}

const isOnlyChoices = ({ choices, properties, types, values }: SchemaView): boolean =>
  choices.length > 0 && properties.size === 0 && types === undefined && values === undefined;

/** A schema without alternatives counts as a single alternative when the other schema has alternatives. */
const choicesOf = (own: SchemaView, other: SchemaView, spot: LocatedValue): readonly LocatedValue[] =>
  own.choices.length === 0 && isOnlyChoices(other) ? [spot] : own.choices;

/** Types that `one` allows and `other` does not. An integer is a number. */
const without = (one: ReadonlySet<string>, other: ReadonlySet<string>): string[] =>
  [...one].filter((type) => !other.has(type) && !(type === 'integer' && other.has('number')));

const list = (types: ReadonlySet<string> | undefined): string =>
  types ? [...types].join(' or ') : 'anything';

function types({ before, after, isSent, report }: Pair): void {
  const reason = `changed from ${list(before.types)} to ${list(after.types)}`;
  const isNarrower = isLess(after.types, before.types);
  const isWider = isLess(before.types, after.types);
  if (isSent ? isNarrower : isWider) report('breaking', reason);
  else if (isSent && isWider) report('adding', reason);
}

/** Whether `few` excludes a type that `many` allows. Undefined allows every type. */
function isLess(few: ReadonlySet<string> | undefined, many: ReadonlySet<string> | undefined): boolean {
  if (few === undefined) return false;
  return many === undefined || without(many, few).length > 0;
}

function values({ before, after, isSent, report }: Pair): void {
  const [old, now] = [before.values, after.values].map((all) => all?.map((value) => shortJson(value)));
  if (old === undefined && now === undefined) return;
  if (old === undefined) {
    if (isSent) report('breaking', `must now be one of ${now?.join(', ')}`);
  } else if (now === undefined) report(isSent ? 'adding' : 'breaking', 'may now be any value');
  else {
    const gone = old.filter((value) => !now.includes(value));
    const added = now.filter((value) => !old.includes(value));
    if (isSent && gone.length > 0) report('breaking', `may no longer be ${gone.join(', ')}`);
    if (added.length > 0) report(isSent ? 'adding' : 'breaking', `may now be ${added.join(', ')}`);
  }
}

function limits({ before, after, isSent, report }: Pair): void {
  const [old, now] = [before.limits, after.limits];
  for (const name of isSent ? tighterLimits(old, now) : tighterLimits(now, old))
    report('breaking', describeLimitChange(name, old, now));
}
