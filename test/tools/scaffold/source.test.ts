import { describe, expect, it } from '@jest/globals';
import type { ObjectExpression } from 'oxc-parser';
import { EditableSource } from '../../../src/tools/scaffold/source.ts';

const of = (text: string) => new EditableSource('a.ts', text);
const appended = (text: string, item: string): string => {
  const source = of(text);
  source.append(source.list(source.constant('a')), item);
  return source.text;
};
const taken = (text: string, name: string): string => {
  const source = of(text);
  const object = source.constant('a') as ObjectExpression;
  const member = source.members(object).get(name);
  if (member === undefined) throw new Error(`no ${name}`);
  source.removeItem(source.list(object), member.span);
  return source.text;
};

describe('A list', () => {
  it.each([
    ['const a = [];', 'b', 'const a = [ b ];'],
    ['const a = [x]; // é ünd 日本', 'b', 'const a = [x, b]; // é ünd 日本'],
    ["const 名 = '日本'; const a = { x };", 'b', "const 名 = '日本'; const a = { x, b };"],
    ['const a = {\n  x, // why\n};', 'b', 'const a = {\n  x, // why\n  b,\n};'],
    ['const a = {\n  x // why\n};', 'b', 'const a = {\n  x, // why\n  b\n};'],
    ['const a = [x /* why */];', 'b', 'const a = [x /* why */, b];'],
    ['const a = [x // why\n];', 'b', 'const a = [x, // why\nb\n];'],
    ['const a = {\n  // Nothing yet.\n};', 'b', 'const a = {\n  // Nothing yet.\n  b,\n};'],
    ['const a = [/* nothing yet */];', 'b', 'const a = [/* nothing yet */ b];'],
    ['const a = {\n\tx: [\n\t\t1,\n\t],\n};', 'b', 'const a = {\n\tx: [\n\t\t1,\n\t],\n\tb,\n};'],
    ["const a = ['x'] as const satisfies T;", "'b'", "const a = ['x', 'b'] as const satisfies T;"],
  ])('%j gets another item', (before, item, after) => expect(appended(before, item)).toBe(after));

  it.each(['const a = { x };', 'const a = { x: 1, y: { z: [1, 2] } };', 'const a = {\n  x: 1,\n  y,\n};'])(
    '%j is unchanged after an item was added and removed',
    (text) => expect(taken(appended(text, 'b'), 'b')).toBe(text),
  );

  it('loses its first and its only item', () => {
    expect(taken('const a = { x, y };', 'x')).toBe('const a = { y };');
    expect(taken('const a = { x };', 'x')).toBe('const a = {};');
  });

  it('is joined to one line if it was broken only for its length', () => {
    const [long, longer] = ['x'.repeat(50), 'y'.repeat(60)];
    expect(taken(`const a = {\n  ${long},\n  ${longer},\n};`, longer)).toBe(`const a = { ${long} };`);
    expect(taken('const a = {\n  x,\n  y,\n};', 'y')).toBe('const a = {\n  x,\n};');
  });
});

describe('A file', () => {
  it('gets another import', () => {
    const source = of("/** What it is for. */\nimport { b } from './b.ts';\n\nb();\n");
    source.importNames('./b.ts', ['b', 'c']);
    source.importNames('./d.ts', ['d']);
    source.import("import type { E } from './e.ts';");
    expect(source.text).toBe(
      "/** What it is for. */\nimport { b, c } from './b.ts';\nimport { d } from './d.ts';\nimport type { E } from './e.ts';\n\nb();\n",
    );
    expect(source.dropImports('./b.ts')).toEqual(['b', 'c']);
    expect(source.text).not.toContain('b.ts');
  });

  it('gets another import next to a namespace, a default and a comment', () => {
    const source = of("import * as b from './b.ts';\nimport c from './c.ts'; // why\n");
    source.importNames('./b.ts', ['x']);
    source.importNames('./c.ts', ['y']);
    expect(source.text).toBe(
      "import * as b from './b.ts';\nimport c from './c.ts'; // why\nimport { x } from './b.ts';\nimport { y } from './c.ts';\n",
    );
  });

  it.each([
    ['interface A {\n  x: 1; // why\n}\n', 'interface A {\n  x: 1; // why\n  y: 2;\n}\n'],
    ['interface A {\n  // None yet.\n}\n', 'interface A {\n  // None yet.\n  y: 2;\n}\n'],
    ['interface A {}\n', 'interface A {\n  y: 2;\n}\n'],
  ])('%j gets another member', (before, after) => {
    const source = of(before);
    source.appendMember(source.interfaceBody('A'), 'y: 2;');
    expect(source.text).toBe(after);
  });

  it('gets statements before a statement with a comment', () => {
    const source = of('const a = 1;\n\n/** The last. */\nexport const b = 2;\n');
    source.insert('const c = 3;', source.statementOf('b'));
    expect(source.text).toBe('const a = 1;\n\nconst c = 3;\n\n/** The last. */\nexport const b = 2;\n');
  });

  it('is unchanged if it has a syntax error or lacks the expected code', () => {
    expect(() => of('const a = {').constant('a')).toThrow('a.ts has a syntax error, so it was not changed');
    expect(() => of('const b = 1;').constant('a')).toThrow('a.ts has no constant a');
    expect(() => appended('const a = b;', 'c')).toThrow('a.ts: b is neither an object nor an array');
  });
});
