/**
 * Reads which part of a document a query selects. `?tag=`, which may be repeated, selects operations with one of the tags;
 * `?path=` selects a path prefix or the name of a webhook; both together select the intersection. `?media=` selects one
 * media type for each response.
 */
import { JSON_TYPE } from '../../../contract/media-types.ts';
import { Problem } from '../../../contract/problem.ts';
import { partUnknown } from '../../../contract/problems.ts';
import { nearestTo } from '../../../hypermedia/nearest.ts';
import type { DocumentIndex, IndexedOperation } from '../../../openapi/publish/document-index.ts';

export interface Part {
  readonly tags: readonly string[];
  readonly path?: string;
}

/** @returns undefined for the whole document */
export function partOf({ tag, path }: Readonly<Record<string, unknown>>): Part | undefined {
  const tags = tag === undefined ? [] : [...new Set([tag].flat().map(String))].sort();
  const [first] = [path].flat();
  if (tags.length === 0 && first === undefined) return undefined;
  return { tags, ...(first !== undefined && { path: String(first) }) };
}

export const queryOf = ({ tags, path }: Part): string =>
  `${new URLSearchParams([
    ...tags.map((tag): [string, string] => ['tag', tag]),
    ...(path === undefined ? [] : [['path', path] as [string, string]]),
  ])}`;

/**
 * @param allowed media types of the document
 * @returns the requested media type; undefined for all
 * @throws Problem if no response has the media type
 */
export async function mediaOf(
  { media }: Readonly<Record<string, unknown>>,
  allowed: () => Promise<ReadonlySet<string>>,
): Promise<string | undefined> {
  const [requested] = [media].flat();
  if (requested === undefined) return undefined;
  // A plus in a query is decoded to a space, which no media type contains.
  const mediaType = String(requested).trim().toLowerCase().replaceAll(' ', '+');
  // Pages always link to a document for JSON, even if no service uses JSON.
  if (mediaType === JSON_TYPE) return mediaType;
  const types = await allowed();
  if (!types.has(mediaType)) throwUnknown('media', mediaType, [...types]);
  return mediaType;
}

/** @throws Problem if no operation has the tag or the path */
export function operationsOfPart(index: DocumentIndex, { tags, path }: Part): readonly IndexedOperation[] {
  for (const tag of tags) if (!index.tags.has(tag)) throwUnknown('tag', tag, [...index.tags.keys()]);
  const wantedTags = new Set(tags);
  const tagged =
    tags.length === 0
      ? index.operations
      : index.operations.filter((one) => one.tags.some((tag) => wantedTags.has(tag)));
  if (path === undefined) return tagged;
  const top = path.replace(/\/$/, '');
  const chosen = tagged.filter(({ path }) => path === top || path.startsWith(`${top}/`));
  if (chosen.length === 0) throwUnknown('path', path, [...new Set(tagged.map(({ path }) => path))]);
  return chosen;
}

/** Maximum length of the requested value in a problem. */
const MAX_VALUE_LENGTH = 300;

function throwUnknown(parameter: string, value: string, allowed: readonly string[]): never {
  const nearest = nearestTo(value, allowed);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  const what = parameter === 'media' ? 'No response has the media type' : `No operation has the ${parameter}`;
  throw new Problem(partUnknown, `${what} ${value}.${hint}`, {
    extensions: {
      parameter,
      value: value.slice(0, MAX_VALUE_LENGTH),
      allowed,
      ...(nearest !== undefined && { nearest }),
    },
  });
}
