/** Removes values that replaced references from the messages of faults, and faults that follow from missing ones. */
import type { ResolvedReferences } from './references.ts';

type Path = readonly PropertyKey[];

const startsWith = (path: Path, start: Path): boolean =>
  start.length <= path.length && start.every((key, index) => String(key) === String(path[index]));

/** Shorter texts are part of ordinary words. */
const MIN_LENGTH = 3;

export class MaskedFaults {
  readonly #references: ResolvedReferences;

  constructor(references: ResolvedReferences) {
    this.#references = references;
  }

  /** Whether the fault is at a value whose reference is missing, or at the list with that value. */
  isCausedByReference(path: Path): boolean {
    return this.#references.faults.some(
      ({ path: missing }) => startsWith(missing, path) && missing.length - path.length <= 1,
    );
  }

  /** The message without the value at the path, which it may quote in part. */
  mask(path: Path, message: string): string {
    const inside = this.#references.replacements.filter((one) => startsWith(one.path, path));
    if (inside.length === 0) return message;
    const [expected = ''] = message.split(/,? got /, 1);
    const lower = expected.toLowerCase();
    const isQuoted = inside
      .flatMap(({ texts }) => texts)
      .some((text) =>
        [text, JSON.stringify(text).slice(1, -1)].some(
          (one) => one.length >= MIN_LENGTH && lower.includes(one.toLowerCase()),
        ),
      );
    const names = [...new Set(inside.flatMap(({ references }) => references))].join(', ');
    return `${isQuoted ? 'is not valid' : expected}; the value comes from ${names}`;
  }
}
