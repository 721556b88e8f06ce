/** Compares two OpenAPI documents, operation by operation. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { operationsOf } from '../../openapi/load/inherit-defaults.ts';
import { pathShape } from '../../openapi/load/paths.ts';
import type { Change, Direction, LocatedValue } from './change.ts';
import { appendPointer, ChangeList, dereference, entriesOf } from './change.ts';
import type { Comparison } from './content.ts';
import type { Operation } from './operation.ts';
import { compareOperations } from './operations.ts';
import { SchemaDiff } from './schemas.ts';

/** @param old and @param now bundled OpenAPI 3.1 documents */
export function diffDocuments(old: OpenAPIObject, now: OpenAPIObject): readonly Change[] {
  const changes = new ChangeList();
  const comparison: Comparison = { old, now, changes, schemas: new SchemaDiff(old, now, changes) };
  for (const section of ['paths', 'webhooks'] as const) {
    const [before, after] = [operationsIn(old, section), operationsIn(now, section)];
    // Subscribers of a webhook receive its requests.
    const direction: Direction = section === 'paths' ? 'sent' : 'received';
    for (const [key, operation] of before) {
      const same = after.get(key);
      if (same) compareOperations(operation, same, direction, comparison);
      else changes.add('breaking', operation.name, operation.pointer, 'was removed');
    }
    for (const [key, { name, pointer }] of after)
      if (!before.has(key)) changes.add('adding', name, pointer, 'is new');
  }
  problemTypes(comparison);
  securitySchemes(comparison);
  return changes.all;
}

/** Operations by method and path. The names of path parameters do not matter. */
function operationsIn(document: OpenAPIObject, section: 'paths' | 'webhooks'): Map<string, Operation> {
  const items = [...entriesOf(document[section], `#/${section}`)].filter(([path]) => !path.startsWith('x-'));
  return new Map(
    items.flatMap(([path, spot]) => {
      const { node: item } = dereference(document, spot);
      return operationsOf(item).map(([method, operation]): [string, Operation] => [
        `${method} ${pathShape(path)}`,
        {
          name: `${method.toUpperCase()} ${path}`,
          pointer: appendPointer(spot.pointer, method),
          path,
          operation,
          item: item as Json,
        },
      ]);
    }),
  );
}

/** The problem types that services of this library declare; clients distinguish them by code. */
function problemTypes({ old, now, changes }: Comparison): void {
  const [before, after] = [componentsIn(old, 'x-problems'), componentsIn(now, 'x-problems')];
  for (const [code, { pointer }] of before)
    if (!after.has(code)) changes.add('breaking', `problem ${code}`, pointer, 'was removed');
  for (const [code, { pointer }] of after)
    if (!before.has(code)) changes.add('adding', `problem ${code}`, pointer, 'is new');
}

/** The fields that determine how credentials are sent (OpenAPI 3.1 §4.8.27). */
const CREDENTIAL_FIELDS = ['type', 'in', 'name', 'scheme'];

function securitySchemes({ old, now, changes }: Comparison): void {
  const after = componentsIn(now, 'securitySchemes');
  for (const [name, spot] of componentsIn(old, 'securitySchemes')) {
    const same = after.get(name);
    const [scheme, renewed] = [dereference(old, spot).node, same && dereference(now, same).node];
    const differing = renewed && CREDENTIAL_FIELDS.find((field) => scheme?.[field] !== renewed[field]);
    if (same && differing !== undefined)
      changes.add('breaking', `security ${name}`, same.pointer, `has a different ${differing}`);
  }
}

function componentsIn(document: object, section: string): Map<string, LocatedValue> {
  const { components } = document as Json;
  return entriesOf(isObject(components) ? components[section] : undefined, `#/components/${section}`);
}
