/**
 * Swagger 2.0, OpenAPI 3.0 and 3.2 as 3.1 says the same, so that everything after this knows one dialect. What is 3.1
 * already is given back as it is.
 */
import { upgrade as upgradeTo } from '@scalar/openapi-upgrader';
import { fragmentToken } from '../../contract/json-pointer.ts';
import type { DocumentFault } from './document-fault.ts';
import { isObject, type Json, walk } from './grammar.ts';
import { fromNewest, isNewest } from './openapi-3-2.ts';

/** @param document changed in place where it is older */
export function upgrade(document: Json): Json {
  if (isNewest(document)) return fromNewest(document);
  if (!String(document.openapi).startsWith('3.0.')) return document;
  const lenient = walk(document, 'document', (node, kind) => (kind === 'schema' ? inWordsOf31(node) : node));
  return upgradeTo(lenient as Json, '3.1') as Json;
}

/** What cannot be brought along is left out, so that the rest can. */
export function upgradeSwagger(document: Json, onFault: (fault: DocumentFault) => void): Json {
  const whole = tried(document);
  if (whole) return whole;
  const { paths, ...rest } = document;
  const alone = { ...rest, definitions: {} };
  const sound = Object.entries(isObject(paths) ? paths : {}).filter(([path, item]) => {
    if (isObject(item) && tried({ ...alone, paths: { [path]: item } })) return true;
    onFault({
      pointer: `#/paths/${fragmentToken(path)}`,
      reason: 'is left out: it is not as Swagger 2.0 has it',
    });
    return false;
  });
  return upgrade(upgradeTo({ ...rest, paths: Object.fromEntries(sound) }, '3.0') as Json);
}

function tried(document: Json): Json | undefined {
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
const only = (schema: Json, test: (keyword: string) => boolean): Json =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => test(keyword)));

/**
 * What `nullable` and `$ref` say in 3.0. Its letter gives `nullable` an effect beside `type` alone (3.0.3 §4.7.24.1);
 * an author who writes it beside `enum` or alternatives means that the value may be null, and gets that.
 */
function inWordsOf31({ nullable, ...schema }: Json): Json {
  if (typeof schema.$ref === 'string') return referring(schema, nullable === true);
  const read = withNullArms(schema);
  if (nullable !== true) return read;
  if (Array.isArray(read.enum) && !read.enum.includes(null)) read.enum = [...read.enum, null];
  if (COMBINERS.some((keyword) => read[keyword] !== undefined))
    return orNull(
      only(read, isAnnotation),
      only(read, (keyword) => !isAnnotation(keyword)),
    );
  return read.type === undefined ? read : { ...read, type: [...new Set([read.type, 'null'].flat())] };
}

/** Beside a reference everything is ignored (3.0.3 §4.7.23); what only describes is kept for readers. */
function referring(schema: Json, isNullable: boolean): Json {
  const { readOnly: _, writeOnly: __, ...shown } = only(schema, isAnnotation);
  return isNullable ? orNull(shown, { $ref: schema.$ref }) : { ...shown, $ref: schema.$ref };
}

function orNull(shown: Json, schema: Json): Json {
  const [[keyword, list] = [], ...others] = Object.entries(schema);
  const isOneList = others.length === 0 && Array.isArray(list);
  if (isOneList && keyword === 'anyOf') return { ...shown, anyOf: [...list, NULL] };
  return {
    ...shown,
    anyOf: [isOneList && keyword === 'allOf' && list.length === 1 ? list[0] : schema, NULL],
  };
}

/** Some say "or null" by an alternative that is nothing but `nullable`; read as it stands it would take any value. */
function withNullArms(schema: Json): Json {
  const made = { ...schema };
  for (const keyword of ['anyOf', 'oneOf'])
    if (Array.isArray(made[keyword]))
      made[keyword] = made[keyword].map((arm) =>
        isNullOnly(arm) ? { ...only(arm, isAnnotation), ...NULL } : arm,
      );
  return made;
}

const isNullOnly = (arm: unknown): arm is Json =>
  isObject(arm) &&
  arm.nullable === true &&
  Object.keys(arm).every((key) => key === 'nullable' || isAnnotation(key));
