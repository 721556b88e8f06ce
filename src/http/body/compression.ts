/**
 * Compresses responses (RFC 9110 §8.4, §12.5.3) and marks their entity tags.
 *
 * A compressed representation has other bytes and therefore needs another strong tag (§8.8.3). The coding is
 * appended, `"x--br"` for `"x"`, because a weak tag could not be used in `If-Match`. It is removed from `If-Match`
 * and `If-None-Match` again for the service that created the tag.
 *
 * Responses to requests with ambient credentials are not compressed where another site may have caused the request,
 * because the size of a compressed body reveals its content (BREACH).
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
} from 'node:zlib';
import Negotiator from 'negotiator';
import type { Coding, CompressionConfig } from '../../config/compression.ts';
import { directivesOf } from '../headers/cache-control.ts';
import { fieldOf, withoutHeaders, withValues } from '../headers/raw-headers.ts';

interface Encoder {
  readonly sync: (bytes: Uint8Array) => Buffer;
  readonly async: (bytes: Uint8Array) => Promise<Buffer>;
  /** Output is flushed after each write, so that streamed content is not delayed. */
  readonly stream: () => Transform;
}

const GZIP = { level: 6 };
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 19 } };
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

const asyncGzip = promisify<Uint8Array, object, Buffer>(gzip);
const asyncBrotli = promisify<Uint8Array, object, Buffer>(brotliCompress);
const asyncZstd = promisify<Uint8Array, object, Buffer>(zstdCompress);

const ENCODERS: Readonly<Record<Coding, Encoder>> = {
  gzip: {
    sync: (bytes) => gzipSync(bytes, GZIP),
    async: (bytes) => asyncGzip(bytes, GZIP),
    stream: () => createGzip({ ...GZIP, flush: constants.Z_SYNC_FLUSH }),
  },
  br: {
    sync: (bytes) => brotliCompressSync(bytes, BROTLI),
    async: (bytes) => asyncBrotli(bytes, BROTLI),
    stream: () => createBrotliCompress({ ...BROTLI, flush: constants.BROTLI_OPERATION_FLUSH }),
  },
  zstd: {
    sync: (bytes) => zstdCompressSync(bytes, ZSTD),
    async: (bytes) => asyncZstd(bytes, ZSTD),
    stream: () => createZstdCompress({ ...ZSTD, flush: constants.ZSTD_e_flush }),
  },
};

/**
 * Smaller bodies are compressed synchronously, which takes less than a millisecond; larger ones in another thread.
 */
const MAX_SYNC_BYTES = 65_536;

export const compress = (bytes: Uint8Array, coding: Coding): Buffer | Promise<Buffer> =>
  bytes.length <= MAX_SYNC_BYTES ? ENCODERS[coding].sync(bytes) : ENCODERS[coding].async(bytes);

export const compressor = (coding: Coding): Transform => ENCODERS[coding].stream();

/** The result of negotiation with a client. */
interface AcceptedCoding {
  readonly coding: Coding | undefined;
  readonly acceptsIdentity: boolean;
}

const IDENTITY: AcceptedCoding = { coding: undefined, acceptsIdentity: true };
const IDENTITY_CODING = 'identity';
/** Clients send few different values of `Accept-Encoding`. */
const MAX_CACHED = 100;

/** Negotiator has this option, but its types do not. */
interface PreferringNegotiator {
  encodings(available: readonly string[], options: { readonly preferred: readonly string[] }): string[];
}

/** The properties of a response that decide whether it is compressed. */
export interface Compressible {
  readonly status: number;
  readonly contentType: string | undefined;
  /** Undefined where it is not known yet. */
  readonly length: number | undefined;
}

export interface CompressionChoice {
  /** Whether the response depends on `Accept-Encoding`, which `Vary` then has to name. */
  readonly varies: boolean;
  readonly coding: Coding | undefined;
}

const UNCOMPRESSED: CompressionChoice = { varies: false, coding: undefined };

export class Compression {
  readonly #config: CompressionConfig;
  readonly #types: RegExp;
  readonly #cache = new Map<string, AcceptedCoding>();

  constructor(config: CompressionConfig) {
    this.#config = config;
    const patterns = (config.types ?? DEFAULT_TYPES).map((type) =>
      type.replaceAll(/[.+^$]/g, '\\$&').replaceAll('*', '[^/;\\s]+'),
    );
    this.#types = new RegExp(`^\\s*(?:${patterns.join('|') || '(?!)'})\\s*(?:;|$)`, 'i');
  }

  /** Decides how the response to a request is compressed. */
  choose(
    { headers }: Pick<IncomingMessage, 'headers'>,
    { status, contentType = '', length }: Compressible,
  ): CompressionChoice {
    if (this.#config.encodings.length === 0 || status < 200 || NO_BODY.has(status)) return UNCOMPRESSED;
    if (!this.#types.test(contentType) || EVENT_STREAM.test(contentType)) return UNCOMPRESSED;
    const isLarge = length === undefined || length >= this.#config.minimumSize;
    const { coding, acceptsIdentity } = this.#negotiate(headers);
    if (acceptsIdentity && !isLarge) return UNCOMPRESSED;
    return { varies: true, coding: acceptsIdentity && isForgeableRequest(headers) ? undefined : coding };
  }

  /** The coding of all compressible responses to a client, if any. */
  codingFor({ headers }: Pick<IncomingMessage, 'headers'>): Coding | undefined {
    return this.#negotiate(headers).coding;
  }

  #negotiate({ 'accept-encoding': accept }: IncomingHttpHeaders): AcceptedCoding {
    return accept === undefined ? IDENTITY : this.#accepted(accept.toString());
  }

  #accepted(accept: string): AcceptedCoding {
    const cached = this.#cache.get(accept);
    if (cached !== undefined) return cached;
    const { encodings } = this.#config;
    const negotiator = new Negotiator({ headers: { 'accept-encoding': accept } }) as Negotiator &
      PreferringNegotiator;
    const codings = negotiator.encodings([...encodings, IDENTITY_CODING], { preferred: encodings });
    const [first] = codings;
    const accepted: AcceptedCoding =
      first === undefined || first === IDENTITY_CODING
        ? IDENTITY
        : { coding: first as Coding, acceptsIdentity: codings.includes(IDENTITY_CODING) };
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(accept, accepted);
    return accepted;
  }
}

/** Types that compress well. */
const DEFAULT_TYPES = [
  'text/*',
  'application/json',
  'application/*+json',
  'application/xml',
  'application/*+xml',
  'application/yaml',
  'application/*+yaml',
  'application/javascript',
  'image/svg+xml',
];

/** Statuses without a body (RFC 9110 §15), and 206, whose body is a part. */
const NO_BODY: ReadonlySet<number> = new Set([204, 205, 206, 304]);
const EVENT_STREAM = /^\s*text\/event-stream\b/i;

/** Whether a page of another site could have caused the request, with the credentials of the user. */
function isForgeableRequest({ cookie, authorization, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  const isAmbient = cookie !== undefined || /^(?:basic|digest|negotiate|ntlm)\b/i.test(authorization ?? '');
  return isAmbient && site !== 'same-origin' && site !== 'none';
}

/**
 * Whether the raw headers or the request forbid a transformation (RFC 9111 §5.2.1.6, §5.2.2.6), or the body is
 * compressed already.
 */
export function forbidsTransform(
  rawHeaders: readonly string[],
  { headers }: Pick<IncomingMessage, 'headers'>,
): boolean {
  const encoding = fieldOf(rawHeaders, 'content-encoding');
  if (encoding !== undefined && encoding.trim().toLowerCase() !== IDENTITY_CODING) return true;
  return [fieldOf(rawHeaders, 'cache-control'), headers['cache-control']].some((value) =>
    directivesOf(value).has('no-transform'),
  );
}

/** Headers that describe the original bytes (RFC 9110 §8, §14.3; RFC 9530). */
const REPRESENTATION_HEADERS: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'accept-ranges',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
]);

/** The raw headers of a response, changed for its compressed body. */
export const compressedHeaders = (raw: readonly string[], coding: Coding): string[] => [
  ...withCodedTags(withoutHeaders(raw, REPRESENTATION_HEADERS), coding),
  'Content-Encoding',
  coding,
];

/** The raw headers with the entity tag of the compressed representation. */
export const withCodedTags = (raw: readonly string[], coding: Coding): string[] =>
  withValues(raw, (name, value) => (name === 'etag' ? addCodingToTag(value, coding) : value));

/** The header of each response that depends on `Accept-Encoding`. */
export const VARY_BY_ENCODING = ['Vary', 'Accept-Encoding'] as const;

/** The entity tag of the compressed representation. */
export const addCodingToTag = (etag: string, coding: Coding): string => etag.replace(/"\s*$/, `--${coding}"`);

const CODED_TAG = /((?:W\/)?"[^"]*?)--(br|gzip|zstd)"/g;

/**
 * Adds the original tags to a list that contains tags of compressed representations.
 * @param coding only tags of this coding; without it those of any coding
 */
export const withOriginalTags = (tags: string, coding?: Coding): string =>
  tags.replaceAll(CODED_TAG, (tag, original: string, used: string) =>
    coding === undefined || used === coding ? `${tag}, ${original}"` : tag,
  );
