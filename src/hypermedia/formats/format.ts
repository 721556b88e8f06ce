/**
 * A representation format: one file for each media type, behind this interface. It writes bodies, describes them
 * for the documents, and lets an expansion read links and embed parts, so that other code does not depend on a
 * format.
 */
import type { Codec } from '../../codecs/codec.ts';
import type { ResourceFormat } from '../../contract/schemas/representation.ts';
import type { PageFile } from '../../http/page/files.ts';
import { ALLOWS_ALL, type Allows, type GraphOperation } from '../graph/model.ts';
import type { Representation } from '../representation.ts';

export type Body = Record<string, unknown>;

/** Access to links and embedded parts of a body. */
export interface Embedding {
  hrefs(body: Body, rel: string): string[];
  /** The resources of a body: the items of a page, or the body itself. */
  resources(body: Body): readonly Body[];
  /** An item of a page as a resource of its own. */
  standalone(item: Body): Body;
  /** The bodies that are already embedded under a relation. */
  embedded(body: Body, rel: string): readonly Body[];
  /** Embeds parts under a relation. Existing members do not change: links stay, and no member changes its type. */
  embed(body: Body, rel: string, parts: readonly Body[]): void;
  /** The object with the members of the state, beside HYPERMEDIA_MEMBERS. */
  state(body: Body): Body;
  /** The links of a relation, which may be changed in place. */
  links(body: Body, rel: string): { href?: unknown }[];
}

export interface Format extends ResourceFormat, Embedding {
  /** One sentence for people who choose a media type. */
  readonly description: string;
  /** The body, as JSON. */
  write(representation: Representation): Body;
  /** The media type for `Content-Type`, if a body needs another one than the format's own. */
  typeOf?(body: Body): string;
  /** Whether bodies are HAL, so that those of services can be embedded without being parsed completely. */
  readonly isHal?: boolean;
  /** Encodes a body. */
  readonly codec: Codec;
  /** Set if the response is not the encoded body. */
  readonly rendering?: Rendering;
}

/** The request, as far as a rendering depends on it. */
export interface RenderContext {
  /** Path and query. */
  readonly url: string;
  /** The operation that the request calls. */
  readonly operation: Pick<GraphOperation, 'title' | 'shape'> & Partial<Pick<GraphOperation, 'filters'>>;
  /** What the caller may call. Without it, everything is offered. */
  readonly allows?: Allows | undefined;
  /** Whether the request came through the gateway. */
  readonly isFromGateway: boolean;
}

/** The operation as a rendering shows it to a caller. */
export const renderedOperation = (operation: GraphOperation, allows: Allows): RenderContext['operation'] =>
  allows === ALLOWS_ALL
    ? operation
    : {
        title: operation.title,
        filters: operation.filtersFor(allows),
        ...(operation.shape && { shape: operation.shape }),
      };

/** Renders a complete body as the last step. Until then, bodies are built, expanded and forwarded as JSON. */
interface Rendering {
  /** The media type in which services request parts from each other. */
  readonly partType: string;
  serialize(body: Body, context: RenderContext): string;
  /** Additional response headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Files that the rendering refers to. */
  readonly files: readonly PageFile[];
}

/** The bytes of a body in a format. */
export const encodeBody = ({ codec, rendering }: Format, body: Body, context: RenderContext): Buffer =>
  rendering === undefined ? codec.encode(body) : Buffer.from(rendering.serialize(body, context));
