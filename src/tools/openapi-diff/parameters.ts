/** Compares the parameters of an operation. Path parameters are matched by position, others by name. */
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import {
  appendPointer,
  type ChangeList,
  type Direction,
  dereference,
  type Kind,
  type LocatedValue,
} from './change.ts';
import type { Operation } from './operation.ts';
import type { SchemaDiff } from './schemas.ts';

interface Parameter {
  readonly name: string;
  readonly pointer: string;
  readonly isRequired: boolean;
  readonly isDeprecated: boolean;
  /** The style, including `explode`. */
  readonly style: string;
  readonly schema: LocatedValue;
}

export type Parameters = ReadonlyMap<string, Parameter>;

export function parametersOf(document: object, { path, pointer, item, operation }: Operation): Parameters {
  const order = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
  const listed = [
    // Parameters of the path item are one level higher.
    ...spots(item.parameters, pointer.slice(0, pointer.lastIndexOf('/'))),
    ...spots(operation.parameters, pointer),
  ];
  return new Map(
    listed.flatMap((spot): [string, Parameter][] => {
      const { node, pointer: at } = dereference(document, spot);
      if (node === undefined) return [];
      const name = String(node.name);
      const key = node.in === 'path' ? order.indexOf(name) : node.in === 'header' ? name.toLowerCase() : name;
      return [[`${node.in} ${key}`, parameterOf(name, node, at)]];
    }),
  );
}

const spots = (parameters: unknown, pointer: string): LocatedValue[] =>
  (Array.isArray(parameters) ? parameters : []).map((value, index) => ({
    value,
    pointer: appendPointer(pointer, 'parameters', index),
  }));

function parameterOf(name: string, node: Json, pointer: string): Parameter {
  const [type, media] = Object.entries(isObject(node.content) ? node.content : {})[0] ?? [];
  return {
    name,
    pointer,
    isRequired: node.required === true,
    isDeprecated: node.deprecated === true,
    style: styleOf(node),
    schema:
      type === undefined
        ? { value: node.schema, pointer: appendPointer(pointer, 'schema') }
        : {
            value: isObject(media) ? media.schema : undefined,
            pointer: appendPointer(pointer, 'content', type, 'schema'),
          },
  };
}

/** The style, including the defaults (OpenAPI 3.1 §4.8.12.2). */
function styleOf({ in: place, style, explode, content }: Json): string {
  if (isObject(content)) return Object.keys(content).join();
  const written = style ?? (place === 'query' || place === 'cookie' ? 'form' : 'simple');
  return `${written}${(explode ?? written === 'form') ? ', exploded' : ''}`;
}

export function compareParameters(
  old: Parameters,
  now: Parameters,
  { direction, subject }: { direction: Direction; subject: string },
  { changes, schemas }: { changes: ChangeList; schemas: SchemaDiff },
): void {
  for (const [key, before] of old) {
    const after = now.get(key);
    if (after === undefined) {
      changes.add('breaking', subject, before.pointer, `${before.name} is no longer accepted`);
      continue;
    }
    const report = (kind: Kind, reason: string) =>
      changes.add(kind, subject, after.pointer, `${after.name} ${reason}`);
    if (after.isRequired && !before.isRequired) report('breaking', 'is now required');
    if (after.isDeprecated && !before.isDeprecated) report('deprecating', 'is deprecated');
    if (before.style !== after.style) report('breaking', `now has the style ${after.style}`);
    schemas.compare(before.schema, after.schema, { direction, subject });
  }
  for (const [key, { name, pointer, isRequired }] of now)
    if (!old.has(key))
      changes.add(
        isRequired ? 'breaking' : 'adding',
        subject,
        pointer,
        isRequired ? `${name} is new and required` : `${name} is now accepted too`,
      );
}
