/** A YAML or JSON text with the line of each value, for the location of faults. */
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';

export class YamlText {
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(text: string) {
    // Another parser checks that keys are unique, because this one is slow at it.
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: false,
    });
  }

  /** The syntax errors, at most one for each line, because one mistake often causes several errors. */
  get errors(): readonly { readonly line: number; readonly reason: string }[] {
    const errors = this.#document.errors.map(({ pos: [offset], message }) => ({
      line: this.#lines.linePos(offset).line,
      reason: message.replaceAll(/\s*\n\s*/g, ' '),
    }));
    return errors.filter(({ line }, index) => errors.findIndex((one) => one.line === line) === index);
  }

  /** The line of the name of a member. Its value may start on a later line. */
  lineOfKey(path: readonly PropertyKey[]): number {
    const offset = this.#keyOffset(path);
    return offset === undefined ? this.lineOf(path) : this.#lines.linePos(offset).line;
  }

  has(path: readonly PropertyKey[]): boolean {
    return this.#document.hasIn(path);
  }

  /** The line of the value at `path`, or of its nearest existing ancestor. */
  lineOf(path: readonly PropertyKey[]): number {
    return this.#lines.linePos(this.#valueOffset(path)).line;
  }

  #valueOffset(path: readonly PropertyKey[]): number {
    for (let depth = path.length; depth > 0; depth--) {
      const node: unknown = this.#document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  }

  #keyOffset(path: readonly PropertyKey[]): number | undefined {
    const parent: unknown =
      path.length > 1 ? this.#document.getIn(path.slice(0, -1), true) : this.#document.contents;
    if (!isMap(parent)) return undefined;
    const name = String(path.at(-1));
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === name);
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
}

/** Longer texts are not parsed again to find all syntax errors. */
const MAX_CHARACTERS = 1024 ** 2;

/** All syntax errors of a text, if they can be determined. */
export function syntaxErrorsOf(text: string): YamlText['errors'] {
  if (text.length > MAX_CHARACTERS) return [];
  try {
    return new YamlText(text).errors;
  } catch {
    // The text is nested too deeply for this parser.
    return [];
  }
}
