/** No file imports itself, neither through other files nor only for types. */
import { expect, it } from '@jest/globals';
import { importsBelow } from './imports.ts';

it('No file is part of an import cycle, type imports included', () => {
  const targets = Map.groupBy(importsBelow('src', 'services'), ({ from }) => from);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) circles.push([...trail.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const { to } of targets.get(file) ?? []) visit(to, [...trail, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  expect(circles).toEqual([]);
});
