/**
 * Edits a TypeScript file by its syntax tree. Changes leave all other bytes unchanged.
 */
import { type Expression, type ObjectExpression, type Program, parseSync, Visitor } from 'oxc-parser';
import { ConfigError } from '../../config/config-error.ts';

interface Span {
  readonly start: number;
  readonly end: number;
}

/** An editable list of items. */
interface List extends Span {
  readonly items: readonly Span[];
}

/** The line width of the formatter. */
const WIDTH = 110;

export class EditableSource {
  readonly file: string;
  #text: string;

  /** @param file the name for messages */
  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  /** Appends an item to a list. */
  append(list: List, item: string): void {
    const last = list.items.at(-1);
    if (last === undefined) {
      this.#fill(list, item);
      return;
    }
    const end = this.#pastComments(last.end);
    const isBroken = /\n/.test(this.#text.slice(list.start, last.start) + this.#text.slice(last.end, end));
    const ends = this.#text.slice(last.end, end).includes('//');
    if (!isBroken && !ends) {
      this.#splice(end, end, `, ${item}`);
      return;
    }
    const line = `\n${this.#indentOf(last)}${item}`;
    const comma = this.#commaAfter(last.end);
    if (comma === undefined) {
      this.#splice(end, end, line);
      this.#splice(last.end, last.end, ',');
      return;
    }
    const at = this.#pastComments(comma + 1);
    this.#splice(at, at, `${line},`);
  }

  /** Removes an item from a list, and joins the lines of a list that was broken only for its length. */
  removeItem(list: List, item: Span): void {
    const index = list.items.indexOf(item);
    const [before, after] = [list.items[index - 1], list.items[index + 1]];
    const whole = this.#text.slice(list.start, list.end);
    const start = before ? before.end : after ? item.start : list.start + 1;
    const end = before ? item.end : after ? after.start : list.end - 1;
    const left = this.#text.slice(list.start, start) + this.#text.slice(end, list.end);
    const isPlain = !/[\n{[(]/.test(whole.slice(1, -1).replaceAll(/,?\s*\n\s*/g, ' '));
    const line = joined(whole);
    const lineStart = this.#text.lastIndexOf('\n', list.start) + 1;
    const isLong = list.start - lineStart + line.length + ','.length > WIDTH;
    this.#splice(list.start, list.end, whole.includes('\n') && isPlain && isLong ? joined(left) : left);
  }

  /** Inserts statements before another one, or at the end. */
  insert(statements: string, before?: Span): void {
    const at = before ? this.#startWithComment(before) : this.#text.length;
    this.#splice(at, at, before ? `${statements}\n\n` : `\n${statements}\n`);
  }

  /** Inserts lines before a node that begins a line. */
  insertLines(lines: string, before: Span): void {
    this.#splice(before.start, before.start, `${lines}\n${this.#indentOf(before)}`);
  }

  import(statement: string): void {
    const last = this.#program.body.findLast(({ type }) => type === 'ImportDeclaration');
    const at = last ? this.#pastComments(last.end) : 0;
    this.#splice(at, at, last ? `\n${statement}` : `${statement}\n`);
  }

  /** Removes the imports of a module. @returns their local names */
  dropImports(module: string): string[] {
    const names: string[] = [];
    for (const one of this.#program.body.toReversed()) {
      if (one.type !== 'ImportDeclaration' || one.source.value !== module) continue;
      names.push(...one.specifiers.map(({ local }) => local.name));
      this.#splice(one.start, this.#text.indexOf('\n', one.end) + 1, '');
    }
    return names;
  }

  /** The value of a constant of the module. @throws ConfigError when there is none */
  constant(name: string): Expression {
    const found = this.findConstant(name);
    if (found === undefined) throw new ConfigError(`${this.file} has no constant ${name}`);
    return found;
  }

  /** Whether the module declares or imports the name. */
  has(name: string): boolean {
    return (
      this.#program.body.some((statement) => {
        if (statement.type === 'ImportDeclaration')
          return statement.specifiers.some(({ local }) => local.name === name);
        const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
        return declared?.type === 'FunctionDeclaration' && declared.id?.name === name;
      }) || this.#declared(name) !== undefined
    );
  }

  findConstant(name: string): Expression | undefined {
    return this.#declared(name)?.value;
  }

  /** The whole statement that declares a constant. */
  statementOf(name: string): Span {
    const found = this.#declared(name);
    if (found === undefined) throw new ConfigError(`${this.file} has no constant ${name}`);
    return found.statement;
  }

  /** Constants whose value is a call of the function, with its first object argument and its resource. */
  calls(callee: string): { readonly name: string; readonly spec: ObjectExpression; resource?: string }[] {
    return this.#constants.flatMap(({ name, value }) => {
      if (value.type !== 'CallExpression' || value.callee.type !== 'Identifier') return [];
      const spec = value.arguments.find((argument) => argument.type === 'ObjectExpression');
      const [first] = value.arguments;
      const resource = first?.type === 'Identifier' ? { resource: first.name } : {};
      return value.callee.name === callee && spec ? [{ name, spec, ...resource }] : [];
    });
  }

  /** The names of the constants whose value is a call of the function. */
  callsOf(callee: string): string[] {
    return this.#constants.flatMap(({ name, value }) =>
      value.type === 'CallExpression' && value.callee.type === 'Identifier' && value.callee.name === callee
        ? [name]
        : [],
    );
  }

  /** The object literal of a constant. @throws ConfigError for other values */
  objectOf(name: string): ObjectExpression {
    const value = bare(this.constant(name));
    if (value.type === 'ObjectExpression') return value;
    throw new ConfigError(`${this.file}: ${name} is not an object`);
  }

  /** Adds missing names to the import of a module. */
  importNames(module: string, names: readonly string[]): void {
    for (const name of names) {
      // `import * as` and `import one from` cannot be extended.
      const found = this.#program.body.find(
        (one) =>
          one.type === 'ImportDeclaration' &&
          one.source.value === module &&
          one.importKind !== 'type' &&
          one.specifiers.some(({ type }) => type === 'ImportSpecifier'),
      );
      if (found?.type !== 'ImportDeclaration') {
        this.import(`import { ${name} } from '${module}';`);
        continue;
      }
      if (found.specifiers.some(({ local }) => local.name === name)) continue;
      const [start, end] = [this.#text.indexOf('{', found.start), this.#text.indexOf('}', found.start) + 1];
      this.append({ start, end, items: found.specifiers }, name);
    }
  }

  /** Members of an object by their name. */
  members(object: ObjectExpression): Map<string, Member> {
    return new Map(
      object.properties.flatMap((property) => {
        if (property.type !== 'Property') return [];
        const { key, value } = property;
        const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : '';
        return [[name, { span: property, value: value as Expression }] as const];
      }),
    );
  }

  /** The object at a path of members. @throws ConfigError for a missing member */
  objectAt(object: ObjectExpression, ...path: readonly string[]): ObjectExpression {
    return path.reduce((at, name) => {
      const value = this.members(at).get(name)?.value;
      if (value?.type === 'ObjectExpression') return value;
      throw new ConfigError(`${this.file} has no object \`${name}\` in the expected position`);
    }, object);
  }

  /** @throws ConfigError when the member is not an array literal */
  listAt(object: ObjectExpression, name: string): List {
    const value = this.members(object).get(name)?.value;
    if (value?.type === 'ArrayExpression') return this.list(value);
    throw new ConfigError(`${this.file} has no array \`${name}\` in the expected position`);
  }

  /** The items of an object or array literal, also inside `as const`. @throws ConfigError for other nodes */
  list(node: Expression): List {
    const value = bare(node);
    if (value.type === 'ObjectExpression') return { ...spanOf(value), items: value.properties };
    if (value.type === 'ArrayExpression')
      return { ...spanOf(value), items: value.elements.filter((one) => one !== null) };
    throw new ConfigError(`${this.file}: ${this.textOf(value)} is neither an object nor an array`);
  }

  textOf({ start, end }: Span): string {
    return this.#text.slice(start, end);
  }

  /** The first object that the function returns, and its return statement. */
  returned(object: ObjectExpression, name: string): { list: List; statement: Span } {
    const at = this.members(object).get(name)?.value;
    let found: { list: List; statement: Span } | undefined;
    if (at)
      new Visitor({
        ReturnStatement: (statement) => {
          if (statement.start < at.start || statement.end > at.end || found) return;
          if (statement.argument) found = { list: this.list(statement.argument), statement };
        },
      }).visit(this.#program);
    if (found === undefined) throw new ConfigError(`${this.file} has no \`${name}\` that returns an object`);
    return found;
  }

  /** The body of an interface of the module. @throws ConfigError when there is none of that name */
  interfaceBody(name: string): List {
    for (const one of this.#program.body) {
      const declared = one.type === 'ExportNamedDeclaration' ? one.declaration : one;
      if (declared?.type === 'TSInterfaceDeclaration' && declared.id.name === name)
        return { ...spanOf(declared.body), items: declared.body.body };
    }
    throw new ConfigError(`${this.file} has no interface ${name}`);
  }

  /** Appends a line to the body of an interface. */
  appendMember(body: List, line: string): void {
    const last = body.items.at(-1);
    const at = last ? this.#pastComments(last.end) : this.#endWithin(body);
    const indent = last ? this.#indentOf(last) : '  ';
    const isClosed = last || this.#text.slice(at, body.end).includes('\n');
    this.#splice(at, at, `\n${indent}${line}${isClosed ? '' : '\n'}`);
  }

  /** The whole statement that declares an interface. @throws ConfigError when there is none of that name */
  statementOfInterface(name: string): Span {
    const found = this.#program.body.find((one) => {
      const declared = one.type === 'ExportNamedDeclaration' ? one.declaration : one;
      return declared?.type === 'TSInterfaceDeclaration' && declared.id.name === name;
    });
    if (found === undefined) throw new ConfigError(`${this.file} has no interface ${name}`);
    return found;
  }

  /** The text of the statements after the imports. */
  get body(): string {
    const last = this.#program.body.findLast(({ type }) => type === 'ImportDeclaration');
    return this.#text.slice(last?.end ?? 0).trim();
  }

  /** The import statements, each as it is written. */
  get imports(): readonly string[] {
    return this.#program.body
      .filter(({ type }) => type === 'ImportDeclaration')
      .map((statement) => this.textOf(statement));
  }

  get #program(): Program {
    const { program, errors } = parseSync(this.file, this.#text);
    const [broken] = errors;
    if (broken)
      throw new ConfigError(`${this.file} has a syntax error, so it was not changed: ${broken.message}`);
    return program;
  }

  get #constants() {
    return this.#program.body.flatMap((statement) => {
      const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      if (declared?.type !== 'VariableDeclaration') return [];
      return declared.declarations.flatMap(({ id, init }) =>
        id.type === 'Identifier' && init
          ? [{ name: id.name, value: init, statement: statement as Span }]
          : [],
      );
    });
  }

  #declared(name: string) {
    return this.#constants.find((one) => one.name === name);
  }

  /** Inserts the first item of a list, after any comments in the list. */
  #fill(list: Span, item: string): void {
    const at = this.#endWithin(list);
    const inner = this.#text.slice(list.start + 1, list.end - 1);
    if (inner.trim() === '') this.#splice(list.start + 1, list.end - 1, ` ${item} `);
    else if (inner.includes('\n'))
      this.#splice(at, at, `\n${/[ \t]*(?=\S[^\n]*\s*$)/.exec(inner)?.[0] ?? ''}${item},`);
    else this.#splice(at, at, ` ${item}`);
  }

  /** The end of the content between brackets, without trailing white space. */
  #endWithin({ start, end }: Span): number {
    return start + 1 + this.#text.slice(start + 1, end - 1).trimEnd().length;
  }

  /** The offset after comments on the same line, which belong to the preceding node. */
  #pastComments(at: number): number {
    const comments = /(?:[ \t]*(?:\/\*[\s\S]*?\*\/|\/\/[^\n]*))*/y;
    comments.lastIndex = at;
    return at + (comments.exec(this.#text)?.[0].length ?? 0);
  }

  #commaAfter(at: number): number | undefined {
    const gap = /(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*,/y;
    gap.lastIndex = at;
    const found = gap.exec(this.#text);
    return found ? at + found[0].length - 1 : undefined;
  }

  #indentOf({ start }: Span): string {
    const line = this.#text.slice(this.#text.lastIndexOf('\n', start) + 1, start);
    return /^\s*/.exec(line)?.[0] ?? '';
  }

  /** The start of a node including its doc comment. */
  #startWithComment({ start }: Span): number {
    const before = this.#text.slice(0, start);
    const comment = /(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/|\/\/[^\n]*)\n$/.exec(before);
    return comment?.index ?? start;
  }

  #splice(start: number, end: number, text: string): void {
    this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
  }
}

interface Member {
  readonly span: Span;
  readonly value: Expression;
}

const spanOf = ({ start, end }: Span): Span => ({ start, end });

/** The expression without type assertions. */
function bare(node: Expression): Expression {
  return node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression'
    ? bare(node.expression)
    : node;
}

const joined = (list: string): string =>
  list
    .replace(/^([{[])\s*/, list.startsWith('{') ? '{ ' : '[')
    .replace(/,?\s*([}\]])$/, list.startsWith('{') ? ' }' : ']')
    .replaceAll(/\s*\n\s*/g, ' ');
