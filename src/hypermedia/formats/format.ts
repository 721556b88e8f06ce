/**
 * A representation format: one file a media type behind this interface. It writes bodies, describes them for
 * the documents, and lets an expansion read links and put parts in, so that nothing else knows any format.
 */
import type { Codec } from '../../codecs/codec.ts';
import type { ResourceFormat } from '../../contract/schemas/representation.ts';
import type { PageFile } from '../../http/page/files.ts';
import type { GraphOperation } from '../graph/model.ts';
import type { Representation } from '../representation.ts';

export type Body = Record<string, unknown>;

/** Where links and parts are in a body. */
export interface Embedding {
  hrefs(body: Body, rel: string): string[];
  /** The resources that a body is about: the items of a page, or the body itself. */
  resources(body: Body): readonly Body[];
  /** An item of a page as it would be by itself. */
  standalone(item: Body): Body;
  /** The bodies that are embedded under a relation already. */
  embedded(body: Body, rel: string): readonly Body[];
  /** Puts parts under a relation. Nothing that was there changes: links stay, no member changes its type. */
  embed(body: Body, rel: string, parts: readonly Body[]): void;
  /** The object that has the members of the state, beside HYPERMEDIA_MEMBERS. */
  state(body: Body): Body;
  /** The links of a relation, to be changed in place. */
  links(body: Body, rel: string): { href?: unknown }[];
}

export interface Format extends ResourceFormat, Embedding {
  /** The body, as JSON. */
  write(representation: Representation): Body;
  /** The media type to name in `Content-Type`, where a body asks for another than the format's own. */
  typeOf?(body: Body): string;
  /** Makes bytes of a body. */
  readonly codec: Codec;
  /** Where what is sent is not the body as its codec writes it. */
  readonly rendering?: Rendering;
}

/** What is asked for, as far as a rendering shows it. */
export interface RenderContext {
  /** Path and query. */
  readonly url: string;
  /** The operation that answers. */
  readonly operation: Pick<GraphOperation, 'title' | 'shape'> & Partial<Pick<GraphOperation, 'filters'>>;
  /** Whether the gateway passed the request on. */
  readonly isFromGateway: boolean;
}

/** A body is made, put together from parts and passed on as JSON; this is the last that is done to it. */
interface Rendering {
  /** The media type in which services ask each other for parts, with links where the format has them. */
  readonly partType: string;
  serialize(body: Body, context: RenderContext): string;
  /** What goes with it. */
  readonly headers: Readonly<Record<string, string>>;
  /** What it refers to. */
  readonly files: readonly PageFile[];
}

/** The bytes of a body in a format. */
export const encodeBody = ({ codec, rendering }: Format, body: Body, context: RenderContext): Buffer =>
  rendering === undefined ? codec.encode(body) : Buffer.from(rendering.serialize(body, context));
