/**
 * A PATCH body (RFC 5789) as JSON Merge Patch (RFC 7396) or JSON Patch (RFC 6902). The handler gets a function that
 * applies the patch to the current document and validates the result against the schema of the document.
 */
import { applyPatch, type Operation as PatchOperation, Pointer } from 'rfc6902';
import { fragmentPointer } from '../json-pointer.ts';
import { Problem } from '../problem.ts';
import { contentTooLarge, patchConflict, validationFailed } from '../problems.ts';
import { z } from '../schema.ts';

export const MERGE_PATCH = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';

/** The body of a PATCH operation; declared with `patchOf`. */
export interface Patch<Document extends z.ZodObject = z.ZodObject> {
  readonly kind: 'patch';
  readonly document: Document;
  /** The accepted patch formats by media type, the simplest first. */
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType; readonly example?: object }>>;
}

/**
 * Applies the patch to a document.
 * @throws Problem patch-conflict (409) when the patch does not apply to this document, validation-failed (400) when the
 * result does not match the contract
 */
export type ApplyPatch<Document extends z.ZodObject> = (document: z.input<Document>) => z.output<Document>;

const pointer = z.string().regex(/^(\/([^~/]|~[01])*)+$/, 'Not a JSON Pointer to a member (RFC 6901).');

/** The member that each operation requires besides its path (RFC 6902 §4). */
const REQUIRED_MEMBERS = {
  add: 'value',
  remove: undefined,
  replace: 'value',
  move: 'from',
  copy: 'from',
  test: 'value',
} as const;

/**
 * One schema for all operations, because few generators of clients support unions.
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

/** @param document the editable part of the resource; other members cannot be changed */
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

/** Limits for the result of a patch. */
interface PatchLimits {
  /** Bytes of JSON that all `copy` operations add together. */
  readonly bytes: number;
  /** Maximum nesting of arrays and objects. */
  readonly depth: number;
}

const DEFAULT_LIMITS: PatchLimits = { bytes: 1024 ** 2, depth: 100 };

/**
 * @param patch a parsed body of one of the patch's media types
 * @throws Problem validation-failed (400) when the patch names a member that the document cannot have
 */
export function createPatchFunction<D extends z.ZodObject>(
  { document }: Patch<D>,
  mediaType: string,
  patch: unknown,
  limits = DEFAULT_LIMITS,
): ApplyPatch<D> {
  // The validation of the body reports anything that is not a patch.
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
      pointer: fragmentPointer(path),
      detail: `After the patch: ${message}`,
    }));
    throw new Problem(validationFailed, 'The patched resource does not match the contract.', {
      extensions: { errors },
    });
  };
}

/** Rejects members that the document cannot have before anything is changed. */
function checkMembers({ shape, def: { catchall } }: z.ZodObject, patch: readonly PatchOperation[]): void {
  if (catchall !== undefined && !(catchall instanceof z.ZodNever)) return;
  const errors = patch.flatMap((operation, index) =>
    pointerMembersOf(operation)
      .filter((name) => !Object.hasOwn(shape, memberOf((operation as Copy)[name])))
      .map((name) => ({
        in: 'body' as const,
        pointer: fragmentPointer([index, name]),
        detail: 'The document has no such member.',
      })),
  );
  if (errors.length > 0)
    throw new Problem(validationFailed, 'The patch names members that cannot be changed.', {
      extensions: { errors },
    });
}

/** The members that contain a pointer. Other operations ignore `from` (RFC 6902 §4). */
const pointerMembersOf = ({ op }: PatchOperation): readonly ('path' | 'from')[] =>
  op === 'move' || op === 'copy' ? ['path', 'from'] : ['path'];

type Copy = Extract<PatchOperation, { readonly op: 'copy' }>;

const memberOf = (pointer: string): string => Pointer.fromJSON(pointer).tokens[1] ?? '';

/** Each copy can double the document, so its size is checked before it is applied. */
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

/** Whether the locations of an operation exist as own members of the document, not as members of its prototype. */
function canApply(document: object, operation: PatchOperation): boolean {
  const { op, path } = operation;
  if (op === 'move' || op === 'copy') {
    const { from } = operation;
    // A value cannot be moved into itself (RFC 6902 §4.4).
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
 * The bytes that an operation adds by copying.
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

/** @returns the approximate size of a value as JSON, or undefined as soon as it exceeds the limits */
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

/** MergePatch of RFC 7396 §2. */
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
