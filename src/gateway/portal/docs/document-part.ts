/**
 * What a query asks for of a document. `?tag=`, repeated for more tags, and `?path=`, the beginning of paths or the name
 * of a webhook, ask for a part; both together for what has one of the tags and is there. `?media=` asks for one media
 * type for each response.
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

/** @returns undefined for the whole */
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
 * @param allowed of the document
 * @returns the media type that is asked for; undefined for all
 * @throws Problem where no response has it
 */
export async function mediaOf(
  { media }: Readonly<Record<string, unknown>>,
  allowed: () => Promise<ReadonlySet<string>>,
): Promise<string | undefined> {
  const [asked] = [media].flat();
  if (asked === undefined) return undefined;
  // In a query a plus is a blank, which no media type has.
  const mediaType = String(asked).trim().toLowerCase().replaceAll(' ', '+');
  // Pages lead to a document for JSON, whatever the services have.
  if (mediaType === JSON_TYPE) return mediaType;
  const types = await allowed();
  if (!types.has(mediaType)) unknown('media', mediaType, [...types]);
  return mediaType;
}

/** @throws Problem where nothing has the tag, or is at the path */
export function operationsOfPart(outline: DocumentIndex, { tags, path }: Part): readonly IndexedOperation[] {
  for (const tag of tags) if (!outline.tags.has(tag)) unknown('tag', tag, [...outline.tags.keys()]);
  const wanted = new Set(tags);
  const tagged =
    tags.length === 0
      ? outline.operations
      : outline.operations.filter((one) => one.tags.some((tag) => wanted.has(tag)));
  if (path === undefined) return tagged;
  const top = path.replace(/\/$/, '');
  const chosen = tagged.filter(({ path }) => path === top || path.startsWith(`${top}/`));
  if (chosen.length === 0) unknown('path', path, [...new Set(tagged.map(({ path }) => path))]);
  return chosen;
}

/** Of what was asked for. */
const MOST_TOLD = 300;

function unknown(parameter: string, value: string, allowed: readonly string[]): never {
  const nearest = nearestTo(value, allowed);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  const what =
    parameter === 'media' ? 'No response here has the media type' : `No operation here has the ${parameter}`;
  throw new Problem(partUnknown, `${what} ${value}.${hint}`, {
    extensions: {
      parameter,
      value: value.slice(0, MOST_TOLD),
      allowed,
      ...(nearest !== undefined && { nearest }),
    },
  });
}
