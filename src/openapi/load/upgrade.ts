/**
 * Converts Swagger 2.0, OpenAPI 3.0 and 3.2 to 3.1, so that all later code handles one version. A 3.1 document is
 * returned as it is.
 */
import { upgrade as upgradeTo } from '@scalar/openapi-upgrader';
import { fragmentToken } from '../../contract/json-pointer.ts';
import type { DocumentFault } from './document-fault.ts';
import { isObject, type Json, walk } from './grammar.ts';
import { isOpenApi32, toOpenApi31 } from './openapi-3-2.ts';

/** @param document changed in place if it is older */
export function upgrade(document: Json): Json {
  if (isOpenApi32(document)) return toOpenApi31(document);
  if (!String(document.openapi).startsWith('3.0.')) return document;
  const normalized = walk(document, 'document', (node, kind) =>
    kind === 'schema' ? toSchema31(node) : node,
  );
  return upgradeTo(normalized as Json, '3.1') as Json;
}

/** Leaves out paths that cannot be converted, so that the others are served. */
export function upgradeSwagger(document: Json, onFault: (fault: DocumentFault) => void): Json {
  const complete = tryUpgrade(document);
  if (complete) return complete;
  const { paths, ...rest } = document;
  const withoutSchemas = { ...rest, definitions: {} };
  const valid = Object.entries(isObject(paths) ? paths : {}).filter(([path, item]) => {
    if (isObject(item) && tryUpgrade({ ...withoutSchemas, paths: { [path]: item } })) return true;
    onFault({
      pointer: `#/paths/${fragmentToken(path)}`,
      reason: 'is left out: it is not valid Swagger 2.0',
    });
    return false;
  });
  return upgrade(upgradeTo({ ...rest, paths: Object.fromEntries(valid) }, '3.0') as Json);
}

function tryUpgrade(document: Json): Json | undefined {
  try {
    return upgrade(upgradeTo(structuredClone(document), '3.0') as Json);
  } catch {
    return undefined;
  }
}

/** Keywords that only describe a schema. They stay beside it, where readers look for them. */
const ANNOTATIONS: ReadonlySet<string> = new Set(
  'title description summary deprecated default example examples externalDocs xml readOnly writeOnly'.split(
    ' ',
  ),
);
const COMBINERS = ['allOf', 'anyOf', 'oneOf', 'not'];
const NULL: Json = { type: 'null' };

const isAnnotation = (keyword: string): boolean => ANNOTATIONS.has(keyword) || keyword.startsWith('x-');
const pickKeywords = (schema: Json, test: (keyword: string) => boolean): Json =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => test(keyword)));

/**
 * Converts `nullable` and `$ref` of 3.0. Strictly, `nullable` has an effect only beside `type` (3.0.3 §4.7.24.1).
 * An author who writes it beside `enum` or alternatives means that the value may be null, so it is converted that
 * way.
 */
function toSchema31({ nullable, ...schema }: Json): Json {
  if (typeof schema.$ref === 'string') return toReference31(schema, nullable === true);
  const schema31 = withNullAlternatives(schema);
  if (nullable !== true) return schema31;
  if (Array.isArray(schema31.enum) && !schema31.enum.includes(null)) schema31.enum = [...schema31.enum, null];
  if (COMBINERS.some((keyword) => schema31[keyword] !== undefined))
    return allowNull(
      pickKeywords(schema31, isAnnotation),
      pickKeywords(schema31, (keyword) => !isAnnotation(keyword)),
    );
  return schema31.type === undefined
    ? schema31
    : { ...schema31, type: [...new Set([schema31.type, 'null'].flat())] };
}

/** Keywords beside a reference are ignored (3.0.3 §4.7.23). Descriptive ones are kept for readers. */
function toReference31(schema: Json, isNullable: boolean): Json {
  const { readOnly: _, writeOnly: __, ...annotations } = pickKeywords(schema, isAnnotation);
  return isNullable ? allowNull(annotations, { $ref: schema.$ref }) : { ...annotations, $ref: schema.$ref };
}

function allowNull(annotations: Json, schema: Json): Json {
  const [[keyword, list] = [], ...others] = Object.entries(schema);
  const isOneList = others.length === 0 && Array.isArray(list);
  if (isOneList && keyword === 'anyOf') return { ...annotations, anyOf: [...list, NULL] };
  return {
    ...annotations,
    anyOf: [isOneList && keyword === 'allOf' && list.length === 1 ? list[0] : schema, NULL],
  };
}

/**
 * Some documents write "or null" as an alternative that has only `nullable`. Taken literally it would accept any
 * value.
 */
function withNullAlternatives(schema: Json): Json {
  const result = { ...schema };
  for (const keyword of ['anyOf', 'oneOf'])
    if (Array.isArray(result[keyword]))
      result[keyword] = result[keyword].map((arm) =>
        isNullOnly(arm) ? { ...pickKeywords(arm, isAnnotation), ...NULL } : arm,
      );
  return result;
}

const isNullOnly = (alternative: unknown): alternative is Json =>
  isObject(alternative) &&
  alternative.nullable === true &&
  Object.keys(alternative).every((key) => key === 'nullable' || isAnnotation(key));
