/** What is different between two OpenAPI documents, operation by operation. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { operationsOf } from '../../openapi/load/inherit-defaults.ts';
import { pathShape } from '../../openapi/load/paths.ts';
import { below, type Change, Changes, type Direction, entriesOf, type Spot, target } from './change.ts';
import type { Comparison } from './content.ts';
import type { Operation } from './operation.ts';
import { compareOperations } from './operations.ts';
import { SchemaDiff } from './schemas.ts';

/** @param old and @param now as the gateway has them: OpenAPI 3.1, in one file */
export function diffDocuments(old: OpenAPIObject, now: OpenAPIObject): readonly Change[] {
  const changes = new Changes();
  const comparison: Comparison = { old, now, changes, schemas: new SchemaDiff(old, now, changes) };
  for (const section of ['paths', 'webhooks'] as const) {
    const [before, after] = [operationsIn(old, section), operationsIn(now, section)];
    // Whoever subscribes to a webhook receives what others send.
    const direction: Direction = section === 'paths' ? 'sent' : 'received';
    for (const [key, operation] of before) {
      const same = after.get(key);
      if (same) compareOperations(operation, same, direction, comparison);
      else changes.add('breaking', operation.name, operation.pointer, 'is gone');
    }
    for (const [key, { name, pointer }] of after)
      if (!before.has(key)) changes.add('adding', name, pointer, 'is new');
  }
  problemTypes(comparison);
  securitySchemes(comparison);
  return changes.all;
}

/** By method and path; what a parameter of the path is called is nobody's concern. */
function operationsIn(document: OpenAPIObject, section: 'paths' | 'webhooks'): Map<string, Operation> {
  const items = [...entriesOf(document[section], `#/${section}`)].filter(([path]) => !path.startsWith('x-'));
  return new Map(
    items.flatMap(([path, spot]) => {
      const { node: item } = target(document, spot);
      return operationsOf(item).map(([method, operation]): [string, Operation] => [
        `${method} ${pathShape(path)}`,
        {
          name: `${method.toUpperCase()} ${path}`,
          pointer: below(spot.pointer, method),
          ...{ path, operation, item: item as Json },
        },
      ]);
    }),
  );
}

/** The types of problems that services of this library declare: callers tell them apart by their code. */
function problemTypes({ old, now, changes }: Comparison): void {
  const [before, after] = [componentsIn(old, 'x-problems'), componentsIn(now, 'x-problems')];
  for (const [code, { pointer }] of before)
    if (!after.has(code)) changes.add('breaking', `problem ${code}`, pointer, 'is gone');
  for (const [code, { pointer }] of after)
    if (!before.has(code)) changes.add('adding', `problem ${code}`, pointer, 'is new');
}

/** How credentials are sent (OpenAPI 3.1 §4.8.27). */
const HOW = ['type', 'in', 'name', 'scheme'];

function securitySchemes({ old, now, changes }: Comparison): void {
  const after = componentsIn(now, 'securitySchemes');
  for (const [name, spot] of componentsIn(old, 'securitySchemes')) {
    const same = after.get(name);
    const [scheme, renewed] = [target(old, spot).node, same && target(now, same).node];
    const differing = renewed && HOW.find((field) => scheme?.[field] !== renewed[field]);
    if (same && differing !== undefined)
      changes.add('breaking', `security ${name}`, same.pointer, `has another ${differing}`);
  }
}

function componentsIn(document: object, section: string): Map<string, Spot> {
  const { components } = document as Json;
  return entriesOf(isObject(components) ? components[section] : undefined, `#/components/${section}`);
}
