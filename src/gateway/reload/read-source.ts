/** Reads texts from files and URLs. */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import { versionOf } from '../../config/file-version.ts';
import type { Source } from '../../config/source.ts';
import { isUrl } from '../../config/yaml/source-location.ts';
import { download } from '../../outbound/download.ts';
import type { UpstreamTls } from '../../outbound/upstream-tls.ts';

export interface ReadOptions {
  /** The version that was read before. */
  readonly known?: string | undefined;
  /** Called with bytes before or while they are read. @throws if all texts together are too large */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Certificates for TLS connections. */
  readonly tls?: UpstreamTls | undefined;
}

/** @throws ConfigError with a one-line message that names the place */
export const readSource = async (place: string, options: Omit<ReadOptions, 'known'> = {}): Promise<Source> =>
  (await readNewer(place, options)) as Source;

/**
 * @returns undefined if the known version is still current
 * @throws ConfigError with a one-line message that names the place
 */
export const readNewer = (place: string, options: ReadOptions): Promise<Source | undefined> =>
  isUrl(place) ? fromUrl(place, options) : fromFile(place, options);

async function fromUrl(place: string, { known, onBytes, tls }: ReadOptions): Promise<Source | undefined> {
  const etag = known?.startsWith(DIGEST) ? undefined : known;
  const downloaded = await download(place, { etag, onBytes, tls });
  if (downloaded === undefined) return undefined;
  const { text } = downloaded;
  const version = downloaded.etag ?? DIGEST + createHash('sha256').update(text).digest('base64');
  return version === known ? undefined : { place, text, version };
}

/** No ETag starts with this (RFC 9110 §8.8.3). */
const DIGEST = 'sha256:';

async function fromFile(place: string, { known, onBytes }: ReadOptions): Promise<Source | undefined> {
  // The version is determined before the text is read, so that a write in between is noticed next time.
  const version = await versionOf(place);
  if (version === known) return undefined;
  try {
    const { size } = await stat(place);
    onBytes?.(size);
    return { place, text: await readFile(place, 'utf8'), version };
  } catch (cause) {
    throw new ConfigError(`${place}: cannot be read; name an OpenAPI document or overlay that exists`, cause);
  }
}

/**
 * Restricts files that a document refers to, because documents are less trusted than the configuration: the path must be
 * a regular file below one of the folders, after symbolic links are resolved.
 *
 * @throws ConfigError with a one-line message that names the place
 */
export async function assertWithin(place: string, folders: readonly string[]): Promise<void> {
  const fault = (reason: string, cause?: unknown) => new ConfigError(`${place}: ${reason}`, cause);
  try {
    const [file, ...roots] = await Promise.all([place, ...folders].map((path) => realpath(path)));
    if (!roots.some((root) => file?.startsWith(root.endsWith(sep) ? root : root + sep)))
      throw fault('is not read: it is outside the folders of the document and of gateway.yaml');
    if (!(await stat(place)).isFile()) throw fault('is not read: it is not a file');
  } catch (cause) {
    throw cause instanceof ConfigError ? cause : fault('cannot be read', cause);
  }
}
