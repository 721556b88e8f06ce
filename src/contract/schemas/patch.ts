/**
 * A PATCH body (RFC 5789): a change of the document that a caller may edit, as JSON Merge Patch (RFC 7396) or
 * JSON Patch (RFC 6902). The handler is given a function from the document as it is to the document as it
 * is to be, which is held against the document's schema.
 */
import { applyPatch, type Operation as PatchOperation, Pointer } from 'rfc6902';
import { pointerOf } from '../pointer.ts';
import { Problem } from '../problem.ts';
import { contentTooLarge, patchConflict, validationFailed } from '../problems.ts';
import { z } from '../schema.ts';

export const MERGE_PATCH = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';

/** The body of a PATCH operation; declared with `patchOf`. */
export interface Patch<Document extends z.ZodObject = z.ZodObject> {
  readonly kind: 'patch';
  readonly document: Document;
  /** What is sent, by its media type, the simplest first. */
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType; readonly example?: object }>>;
}

/**
 * What a handler is given for a patch.
 * @throws Problem patch-conflict (409) when it cannot be applied to this document, validation-failed (400) when
 * what comes out is not what the contract says
 */
export type ApplyPatch<Document extends z.ZodObject> = (document: z.input<Document>) => z.output<Document>;

const pointer = z.string().regex(/^(\/([^~/]|~[01])*)+$/, 'Not a JSON Pointer to a member (RFC 6901).');

/** Members that an operation needs beside its path (RFC 6902 §4). */
const REQUIRED_MEMBERS = {
  add: 'value',
  remove: undefined,
  replace: 'value',
  move: 'from',
  copy: 'from',
  test: 'value',
} as const;

/**
 * One schema for all operations: clients in other languages are generated from it, and few generators know unions.
 * Members that an operation does not need are ignored (RFC 6902 §4).
 */
const patchOperation = z
  .object({
    op: z.enum(Object.keys(REQUIRED_MEMBERS) as (keyof typeof REQUIRED_MEMBERS)[]),
    path: pointer,
    from: pointer.optional().openapi({ description: 'For `move` and `copy`: the location of the value.' }),
    value: z
      .unknown()
      .optional()
      .openapi({ description: 'For `add`, `replace` and `test`: any JSON value.' }),
  })
  .superRefine((given, context) => {
    const needed = REQUIRED_MEMBERS[given.op];
    if (needed === undefined || Object.hasOwn(given, needed)) return;
    context.addIssue({
      code: 'custom',
      path: [needed],
      message: `The operation ${given.op} needs \`${needed}\` (RFC 6902 §4).`,
    });
  })
  .openapi('JsonPatchOperation', { description: 'An operation of a JSON Patch (RFC 6902 §4).' });

const jsonPatch = z
  .array(patchOperation)
  .max(100)
  .openapi('JsonPatch', { description: 'JSON Patch (RFC 6902). Either all operations are applied or none.' });

interface Examples {
  readonly merge: object;
  readonly operations: readonly object[];
}

/** @param document what may be edited: members that it does not have cannot be changed */
export function patchOf<D extends z.ZodObject>(document: D, { merge, operations }: Examples): Patch<D> {
  const members = Object.entries(document.shape as Record<string, z.ZodType>);
  const mergePatch = z.strictObject(
    Object.fromEntries(
      members.map(([name, schema]) => [
        name,
        schema instanceof z.ZodOptional ? z.nullable(schema.unwrap()).optional() : schema.optional(),
      ]),
    ) as Record<string, z.ZodType>,
  );
  return {
    kind: 'patch',
    document,
    content: {
      [MERGE_PATCH]: { schema: mergePatch, example: merge },
      [JSON_PATCH]: { schema: jsonPatch, example: operations },
    },
  };
}

export const isPatch = (body: object | undefined): body is Patch =>
  body !== undefined && 'kind' in body && body.kind === 'patch';

/** What a patch may make of a document. */
interface PatchLimits {
  /** Bytes of JSON that its copies bring, all together. */
  readonly bytes: number;
  /** Levels of arrays and objects. */
  readonly depth: number;
}

const DEFAULT_LIMITS: PatchLimits = { bytes: 1024 ** 2, depth: 100 };

/**
 * @param patch a parsed body of one of the patch's media types
 * @throws Problem validation-failed (400) for one that names a member which the document never has
 */
export function createPatchFunction<D extends z.ZodObject>(
  { document }: Patch<D>,
  mediaType: string,
  patch: unknown,
  limits = DEFAULT_LIMITS,
): ApplyPatch<D> {
  // What is not a patch at all is told elsewhere.
  const isJsonPatch = mediaType === JSON_PATCH && Array.isArray(patch);
  if (isJsonPatch) checkMembers(document, patch as PatchOperation[]);
  return (current) => {
    const changed = isJsonPatch
      ? applyJsonPatch(current, patch as PatchOperation[], limits)
      : applyMergePatch(current, patch);
    const result = document.safeParse(changed);
    if (result.success) return result.data;
    const errors = result.error.issues.map(({ path, message }) => ({
      in: 'body' as const,
      pointer: pointerOf(path),
      detail: `After the patch: ${message}`,
    }));
    throw new Problem(validationFailed, 'The patched resource does not match the contract.', {
      extensions: { errors },
    });
  };
}

/** A place beside the document is refused before anything is put there. */
function checkMembers({ shape, def: { catchall } }: z.ZodObject, patch: readonly PatchOperation[]): void {
  if (catchall !== undefined && !(catchall instanceof z.ZodNever)) return;
  const errors = patch.flatMap((operation, index) =>
    pointerMembersOf(operation)
      .filter((name) => !Object.hasOwn(shape, memberOf((operation as Copy)[name])))
      .map((name) => ({
        in: 'body' as const,
        pointer: pointerOf([index, name]),
        detail: 'The document has no such member.',
      })),
  );
  if (errors.length > 0)
    throw new Problem(validationFailed, 'The patch names members that cannot be changed.', {
      extensions: { errors },
    });
}

/** Members that name a place; `from` means nothing in other operations, and is ignored there (RFC 6902 §4). */
const pointerMembersOf = ({ op }: PatchOperation): readonly ('path' | 'from')[] =>
  op === 'move' || op === 'copy' ? ['path', 'from'] : ['path'];

type Copy = Extract<PatchOperation, { readonly op: 'copy' }>;

const memberOf = (pointer: string): string => Pointer.fromJSON(pointer).tokens[1] ?? '';

/** Copies can double a document with each operation, so what they bring is measured before it is there. */
function applyJsonPatch(current: object, patch: readonly PatchOperation[], limits: PatchLimits): object {
  const copy = structuredClone(current);
  let bytes = 0;
  for (const [index, operation] of patch.entries()) {
    const fits = canApply(copy, operation);
    if (fits) bytes += addedBytes(copy, operation, limits, bytes);
    if (fits && applyPatch(copy, [operation])[0] === null) continue;
    const { op, path } = operation;
    throw new Problem(
      patchConflict,
      `The operation ${op} of ${path} does not apply to the current resource.`,
      {
        extensions: { operation: index },
      },
    );
  }
  return copy;
}

/** Whether the places that an operation names are there: members of the document alone, not what JavaScript adds. */
function canApply(document: object, operation: PatchOperation): boolean {
  const { op, path } = operation;
  if (op === 'move' || op === 'copy') {
    const { from } = operation;
    // Into itself (RFC 6902 §4.4).
    if (op === 'move' && path.startsWith(`${from}/`)) return false;
    return exists(document, from) && hasParent(document, path);
  }
  return op === 'add' ? hasParent(document, path) : exists(document, path);
}

const parentOf = (pointer: string): string => pointer.slice(0, pointer.lastIndexOf('/'));

const hasParent = (document: object, pointer: string): boolean =>
  !pointer.endsWith('/__proto__') && exists(document, parentOf(pointer), isContainer);

function exists(document: object, pointer: string, test: (value: unknown) => boolean = () => true): boolean {
  let at: unknown = document;
  for (const token of Pointer.fromJSON(pointer).tokens.slice(1)) {
    if (!isContainer(at) || !Object.hasOwn(at, token) || (Array.isArray(at) && token === 'length'))
      return false;
    at = (at as Record<string, unknown>)[token];
  }
  return test(at);
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Bytes that an operation adds without having them itself.
 * @throws Problem content-too-large (413)
 */
function addedBytes(
  document: object,
  operation: PatchOperation,
  limits: PatchLimits,
  before: number,
): number {
  if (operation.op === 'test' || operation.op === 'remove') return 0;
  const isCopy = operation.op === 'copy';
  const value =
    isCopy || operation.op === 'move' ? Pointer.fromJSON(operation.from).get(document) : operation.value;
  const at = Pointer.fromJSON(operation.path).tokens.length - 1;
  const size = measure(value, {
    bytes: isCopy ? limits.bytes - before : Number.POSITIVE_INFINITY,
    depth: limits.depth - at,
  });
  if (size !== undefined) return isCopy ? size : 0;
  throw new Problem(contentTooLarge, 'The patched document is larger than this server accepts.', {
    extensions: { limit: limits.bytes },
  });
}

/** About how many bytes of JSON a value is; undefined for more than the limits, which is found out early. */
function measure(value: unknown, { bytes, depth }: PatchLimits): number | undefined {
  let size = 0;
  let level = [value];
  for (let left = depth; level.length > 0; left--) {
    const next: unknown[] = [];
    for (const one of level) {
      size += typeof one === 'string' ? one.length + 2 : 1;
      if (isContainer(one)) {
        if (left <= 0) return undefined;
        if (!Array.isArray(one)) for (const name of Object.keys(one)) size += name.length + 3;
        for (const inner of Object.values(one)) next.push(inner);
      }
      if (size + next.length > bytes) return undefined;
    }
    level = next;
  }
  return size;
}

/** RFC 7396 §2, in whose terms every target here is an object. */
function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const base = isObject(target) ? target : {};
  const kept = Object.entries({ ...base, ...patch }).filter(([name]) => patch[name] !== null);
  return Object.fromEntries(
    kept.map(([name, given]) => [
      name,
      Object.hasOwn(patch, name) ? applyMergePatch(base[name], patch[name]) : given,
    ]),
  );
}

const isObject = (given: unknown): given is Record<string, unknown> =>
  typeof given === 'object' && given !== null && !Array.isArray(given);
