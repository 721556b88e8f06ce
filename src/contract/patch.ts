/**
 * A PATCH body (RFC 5789): a change of the document that a caller may edit, as JSON Merge Patch (RFC 7396) or
 * JSON Patch (RFC 6902). The handler is given a function from the document as it is to the document as it
 * is to be, which is held against the document's schema.
 */
import { applyPatch, type Operation as PatchOperation } from 'rfc6902';
import { pointerOf } from './pointer.ts';
import { Problem } from './problem.ts';
import { patchConflict, validationFailed } from './problems.ts';
import { z } from './schema.ts';

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
const NEEDED = {
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
    op: z.enum(Object.keys(NEEDED) as (keyof typeof NEEDED)[]),
    path: pointer,
    from: pointer.optional().openapi({ description: 'Of `move` and `copy`: where the value is.' }),
    value: z.unknown().optional().openapi({ description: 'Of `add`, `replace` and `test`: any JSON.' }),
  })
  .superRefine((given, context) => {
    const needed = NEEDED[given.op];
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
  .openapi('JsonPatch', { description: 'JSON Patch (RFC 6902); all of it is done, or nothing.' });

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

/** @param patch a parsed body of one of the patch's media types */
export const applyAs =
  <D extends z.ZodObject>({ document }: Patch<D>, mediaType: string, patch: unknown): ApplyPatch<D> =>
  (current) => {
    const changed =
      mediaType === JSON_PATCH ? applied(current, patch as PatchOperation[]) : merged(current, patch);
    const result = document.safeParse(changed);
    if (result.success) return result.data;
    const errors = result.error.issues.map(({ path, message }) => ({
      in: 'body' as const,
      pointer: pointerOf(path),
      detail: `After the patch: ${message}`,
    }));
    throw new Problem(validationFailed, 'What the patch makes of it does not match the contract.', {
      extensions: { errors },
    });
  };

function applied(current: object, patch: readonly PatchOperation[]): object {
  const copy = structuredClone(current);
  const failed = applyPatch(copy, [...patch]).findIndex((error) => error !== null);
  if (failed === -1) return copy;
  const { op, path } = patch[failed] as PatchOperation;
  throw new Problem(patchConflict, `The operation ${op} of ${path} does not fit the resource as it is.`, {
    extensions: { operation: failed },
  });
}

/** RFC 7396 §2, in whose terms every target here is an object. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const base = isObject(target) ? target : {};
  const kept = Object.entries({ ...base, ...patch }).filter(([name]) => patch[name] !== null);
  return Object.fromEntries(
    kept.map(([name, given]) => [name, Object.hasOwn(patch, name) ? merged(base[name], patch[name]) : given]),
  );
}

const isObject = (given: unknown): given is Record<string, unknown> =>
  typeof given === 'object' && given !== null && !Array.isArray(given);
