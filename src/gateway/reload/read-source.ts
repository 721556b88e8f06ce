/** A text from its file or URL. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { ConfigError } from '../../config/config-error.ts';
import { isUrl } from '../../config/place.ts';
import type { Source } from '../../config/source.ts';
import { download } from '../../outbound/download.ts';

/** @throws ConfigError in one line that names the place */
export const readSource = async (place: string): Promise<Source> =>
  (await readNewer(place, undefined)) as Source;

/**
 * @param known version that is there already
 * @returns undefined when that is still the newest
 * @throws ConfigError in one line that names the place
 */
export const readNewer = (place: string, known: string | undefined): Promise<Source | undefined> =>
  isUrl(place) ? fromUrl(place, known) : fromFile(place, known);

async function fromUrl(place: string, known: string | undefined): Promise<Source | undefined> {
  const etag = known?.startsWith(DIGEST) ? undefined : known;
  const downloaded = await download(place, etag);
  if (downloaded === undefined) return undefined;
  const { text } = downloaded;
  const version = downloaded.etag ?? DIGEST + createHash('sha256').update(text).digest('base64');
  return version === known ? undefined : { place, text, version };
}

/** No ETag begins so (RFC 9110 §8.8.3). */
const DIGEST = 'sha256:';

async function fromFile(place: string, known: string | undefined): Promise<Source | undefined> {
  // Looked at before it is read: what is written in between is seen the next time.
  const version = await versionOf(place);
  if (version === known) return undefined;
  try {
    return { place, text: await readFile(place, 'utf8'), version };
  } catch (cause) {
    throw new ConfigError(
      `${place}: cannot be read; name an OpenAPI document or overlay that is there`,
      cause,
    );
  }
}

/** Changes with the file, also when another takes its name. */
export async function versionOf(file: string): Promise<string> {
  try {
    const { mtimeNs, size, ino } = await stat(file, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch {
    return 'missing';
  }
}
