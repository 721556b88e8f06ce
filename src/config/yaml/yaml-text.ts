/** A YAML text with the lines that its values stand on, so that a fault can say where it is. JSON is YAML as well. */
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';

export class YamlText {
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(text: string) {
    // That names are unique is looked for elsewhere: here it would take long.
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: false,
    });
  }

  /** Why it is not YAML, once a line, since one mistake often makes more of what follows it; empty where it is. */
  get errors(): readonly { readonly line: number; readonly reason: string }[] {
    const errors = this.#document.errors.map(({ pos: [offset], message }) => ({
      line: this.#lines.linePos(offset).line,
      reason: message.replaceAll(/\s*\n\s*/g, ' '),
    }));
    return errors.filter(({ line }, index) => errors.findIndex((one) => one.line === line) === index);
  }

  /** Where the name of a member stands; its value may begin further down. */
  lineOfKey(path: readonly PropertyKey[]): number {
    const offset = this.#keyOffset(path);
    return offset === undefined ? this.lineOf(path) : this.#lines.linePos(offset).line;
  }

  has(path: readonly PropertyKey[]): boolean {
    return this.#document.hasIn(path);
  }

  /** Where the member at `path` stands, or the nearest thing around it that there is. */
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

/** Longer texts are not read again for the rest of their faults. */
const MAX_CHARACTERS = 1024 ** 2;

/** All faults of a syntax, where they can be found. */
export function syntaxErrorsOf(text: string): YamlText['errors'] {
  if (text.length > MAX_CHARACTERS) return [];
  try {
    return new YamlText(text).errors;
  } catch {
    // It is nested too deeply to be read.
    return [];
  }
}
