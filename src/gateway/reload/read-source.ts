/** A text from its file or URL. */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import type { Source } from '../../config/source.ts';
import { isUrl } from '../../config/yaml/source-location.ts';
import { download } from '../../outbound/download.ts';

export interface ReadOptions {
  /** Version that is there already. */
  readonly known?: string | undefined;
  /** Told of bytes before or as they are read. @throws where they are too many together with others */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** @throws ConfigError in one line that names the place */
export const readSource = async (place: string, options: Omit<ReadOptions, 'known'> = {}): Promise<Source> =>
  (await readNewer(place, options)) as Source;

/**
 * @returns undefined when the known version is still the newest
 * @throws ConfigError in one line that names the place
 */
export const readNewer = (place: string, options: ReadOptions): Promise<Source | undefined> =>
  isUrl(place) ? fromUrl(place, options) : fromFile(place, options);

async function fromUrl(place: string, { known, onBytes }: ReadOptions): Promise<Source | undefined> {
  const etag = known?.startsWith(DIGEST) ? undefined : known;
  const downloaded = await download(place, { etag, onBytes });
  if (downloaded === undefined) return undefined;
  const { text } = downloaded;
  const version = downloaded.etag ?? DIGEST + createHash('sha256').update(text).digest('base64');
  return version === known ? undefined : { place, text, version };
}

/** No ETag begins so (RFC 9110 §8.8.3). */
const DIGEST = 'sha256:';

async function fromFile(place: string, { known, onBytes }: ReadOptions): Promise<Source | undefined> {
  // Looked at before it is read: what is written in between is seen the next time.
  const version = await versionOf(place);
  if (version === known) return undefined;
  try {
    const { size } = await stat(place);
    onBytes?.(size);
    return { place, text: await readFile(place, 'utf8'), version };
  } catch (cause) {
    throw new ConfigError(
      `${place}: cannot be read; name an OpenAPI document or overlay that is there`,
      cause,
    );
  }
}

/**
 * What a document refers to is written by others than the configuration: a file has to be one, and to stand below one of
 * these folders, wherever links of the file system lead.
 *
 * @throws ConfigError in one line that names the place
 */
export async function assertWithin(place: string, folders: readonly string[]): Promise<void> {
  const fault = (reason: string, cause?: unknown) => new ConfigError(`${place}: ${reason}`, cause);
  try {
    const [file, ...roots] = await Promise.all([place, ...folders].map((path) => realpath(path)));
    if (!roots.some((root) => file?.startsWith(root.endsWith(sep) ? root : root + sep)))
      throw fault('is not read, since it is outside of the folders of the document and of gateway.yaml');
    if (!(await stat(place)).isFile()) throw fault('is not read, since it is no file');
  } catch (cause) {
    throw cause instanceof ConfigError ? cause : fault('cannot be read', cause);
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
