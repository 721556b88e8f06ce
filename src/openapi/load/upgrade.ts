/**
 * Swagger 2.0, OpenAPI 3.0 and 3.2 as 3.1 says the same, so that everything after this knows one dialect. What is 3.1
 * already is given back as it is.
 */
import { upgrade as upgradeTo } from '@scalar/openapi-upgrader';
import { fragmentToken } from '../../contract/json-pointer.ts';
import type { DocumentFault } from './document-fault.ts';
import { isObject, type Json, walk } from './grammar.ts';
import { isOpenApi32, toOpenApi31 } from './openapi-3-2.ts';

/** @param document changed in place where it is older */
export function upgrade(document: Json): Json {
  if (isOpenApi32(document)) return toOpenApi31(document);
  if (!String(document.openapi).startsWith('3.0.')) return document;
  const normalized = walk(document, 'document', (node, kind) =>
    kind === 'schema' ? toSchema31(node) : node,
  );
  return upgradeTo(normalized as Json, '3.1') as Json;
}

/** What cannot be brought along is left out, so that the rest can. */
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

/** What only describes a schema, and stands where a reader looks for it. */
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
 * What `nullable` and `$ref` say in 3.0. Its letter gives `nullable` an effect beside `type` alone (3.0.3 §4.7.24.1);
 * an author who writes it beside `enum` or alternatives means that the value may be null, and gets that.
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

/** Beside a reference everything is ignored (3.0.3 §4.7.23); what only describes is kept for readers. */
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

/** Some say "or null" by an alternative that is nothing but `nullable`; read as it stands it would take any value. */
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
