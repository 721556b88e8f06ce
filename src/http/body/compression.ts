/**
 * Compression of responses (RFC 9110 §8.4, §12.5.3), and entity tags of what is compressed.
 *
 * A compressed representation has other bytes, so its strong tag is another (§8.8.3): the coding is put behind it,
 * `"x--br"` for `"x"`, as a weak one could not be named in `If-Match`. There, and in `If-None-Match`, it is taken off
 * again for the service that made the tag.
 *
 * Responses to requests with credentials that a browser adds by itself are not compressed where another site may have
 * caused the request: the size of a compressed body tells what is in it (BREACH).
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
import { fieldOf, withoutHeaders } from '../headers/raw-headers.ts';

interface Encoder {
  readonly sync: (bytes: Uint8Array) => Buffer;
  readonly async: (bytes: Uint8Array) => Promise<Buffer>;
  /** What is written comes out at once, so that nothing that is sent bit by bit waits. */
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

/** Fewer are compressed at once, which takes less than a millisecond; more of them in another thread. */
const MAX_SYNC_BYTES = 65_536;

export const compress = (bytes: Uint8Array, coding: Coding): Buffer | Promise<Buffer> =>
  bytes.length <= MAX_SYNC_BYTES ? ENCODERS[coding].sync(bytes) : ENCODERS[coding].async(bytes);

export const compressor = (coding: Coding): Transform => ENCODERS[coding].stream();

/** What a client takes. */
interface AcceptedCoding {
  readonly coding: Coding | undefined;
  readonly acceptsIdentity: boolean;
}

const IDENTITY: AcceptedCoding = { coding: undefined, acceptsIdentity: true };
const IDENTITY_CODING = 'identity';
/** Clients send one of a few values of `Accept-Encoding`. */
const MAX_CACHED = 100;

/** Newer than its types. */
interface PreferringNegotiator {
  encodings(available: readonly string[], options: { readonly preferred: readonly string[] }): string[];
}

/** The head of a response, as far as it says whether its body can be compressed. */
export interface Compressible {
  readonly status: number;
  readonly contentType: string | undefined;
  /** Undefined where that is not known yet. */
  readonly length: number | undefined;
}

export interface CompressionChoice {
  /** Whether clients that accept it get it compressed: then it says `Vary: Accept-Encoding`. */
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

  /** What is done with a response to this request. */
  choose(
    { headers }: Pick<IncomingMessage, 'headers'>,
    { status, contentType = '', length }: Compressible,
  ): CompressionChoice {
    if (this.#config.encodings.length === 0 || status < 200 || NO_BODY.has(status)) return UNCOMPRESSED;
    if (!this.#types.test(contentType) || EVENT_STREAM.test(contentType)) return UNCOMPRESSED;
    const isLarge = length === undefined || length >= this.#config.minimumSize;
    const { coding, acceptsIdentity: takesIdentity } = this.#negotiate(headers);
    if (takesIdentity && !isLarge) return UNCOMPRESSED;
    return { varies: true, coding: takesIdentity && isForgeableRequest(headers) ? undefined : coding };
  }

  /** What whatever can be compressed is compressed with for this client, if it is. */
  codingFor({ headers }: Pick<IncomingMessage, 'headers'>): Coding | undefined {
    return this.#negotiate(headers).coding;
  }

  #negotiate({ 'accept-encoding': accept }: IncomingHttpHeaders): AcceptedCoding {
    return accept === undefined ? IDENTITY : this.#accepted(accept.toString());
  }

  #accepted(accept: string): AcceptedCoding {
    const known = this.#cache.get(accept);
    if (known !== undefined) return known;
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

/** Those that become much smaller. */
const DEFAULT_TYPES = [
  ...['text/*', 'application/json', 'application/*+json', 'application/xml', 'application/*+xml'],
  ...['application/yaml', 'application/*+yaml', 'application/javascript', 'image/svg+xml'],
];

/** 206 is of a part, and the others have no body (RFC 9110 §15). */
const NO_BODY: ReadonlySet<number> = new Set([204, 205, 206, 304]);
const EVENT_STREAM = /^\s*text\/event-stream\b/i;

/** Whether a page of another site can have made a browser send it with the user's credentials. */
function isForgeableRequest({ cookie, authorization, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  const isAmbient = cookie !== undefined || /^(?:basic|digest|negotiate|ntlm)\b/i.test(authorization ?? '');
  return isAmbient && site !== 'same-origin' && site !== 'none';
}

/** Whether the head, raw, or the request says that a body stays as it is (RFC 9111 §5.2.1.6, §5.2.2.6), or it is compressed. */
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

/** They speak of the bytes as they were (RFC 9110 §8, §14.3; RFC 9530). */
const REPRESENTATION_HEADERS: ReadonlySet<string> = new Set([
  ...['content-length', 'content-encoding', 'accept-ranges', 'content-md5'],
  ...['digest', 'content-digest', 'repr-digest'],
]);

/** The raw head of a response whose body is compressed. */
export const compressedHeaders = (raw: readonly string[], coding: Coding): string[] => [
  ...withCodedTags(withoutHeaders(raw, REPRESENTATION_HEADERS), coding),
  'Content-Encoding',
  coding,
];

/** A raw head with the tag of a compressed representation. */
export const withCodedTags = (raw: readonly string[], coding: Coding): string[] =>
  raw.map((text, i) =>
    i % 2 === 1 && raw[i - 1]?.toLowerCase() === 'etag' ? addCodingToTag(text, coding) : text,
  );

/** What goes with every response that varies so. */
export const VARY_BY_ENCODING = ['Vary', 'Accept-Encoding'] as const;

/** The tag of a representation after it is compressed. */
export const addCodingToTag = (etag: string, coding: Coding): string => etag.replace(/"\s*$/, `--${coding}"`);

const CODED_TAG = /((?:W\/)?"[^"]*?)--(br|gzip|zstd)"/g;

/**
 * A list of tags, with those of compressed representations as they were before too.
 * @param coding that alone; without it those of any
 */
export const withOriginalTags = (tags: string, coding?: Coding): string =>
  tags.replaceAll(CODED_TAG, (tag, plain: string, used: string) =>
    coding === undefined || used === coding ? `${tag}, ${plain}"` : tag,
  );
