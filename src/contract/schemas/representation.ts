/**
 * The schemas of representations: the state of a resource with its `_links`, `_templates` and `_embedded`
 * (HAL, draft-kelly-json-hal-11; HAL-FORMS 2021-12-18).
 */
import type { Contract } from '../contract.ts';
import type { LinkSpec, Operation } from '../operation.ts';
import { isPage, isResource, type Page, type Resource } from '../resource.ts';
import { z } from '../schema.ts';

const link = z
  .looseObject({
    href: z.string().openapi({ format: 'uri-reference' }),
    templated: z.boolean().optional(),
    title: z.string().optional(),
  })
  .openapi('Link', { description: 'A link (HAL §5).' });

const templatedLink = z
  .looseObject({
    href: z.string().openapi({ format: 'uri-template' }),
    // A literal would become an enum of booleans, which generators of clients turn into strings.
    templated: z.boolean(),
    title: z.string().optional(),
  })
  .openapi('TemplatedLink', { description: 'A link whose href is a URI template (RFC 6570).' });

const template = z
  .looseObject({
    title: z.string().optional(),
    method: z.string(),
    target: z.string(),
    contentType: z.string().optional(),
    properties: z.array(z.looseObject({ name: z.string() })),
  })
  .openapi('Template', { description: 'An action that the state allows, as a form (HAL-FORMS).' });

const templates = z
  .record(z.string(), template)
  .optional()
  .openapi({ description: 'The actions that the current state allows, by name; only in HAL-FORMS.' });

/** The gateway adds the schemas of the relations when it serves the document, because it knows all services. */
const embedded = z
  .record(z.string(), z.unknown())
  .optional()
  .openapi({ description: 'The resources that `expand` asked for, by link relation.' });

const expandErrors = z
  .array(z.looseObject({ path: z.string(), href: z.string(), problem: z.record(z.string(), z.unknown()) }))
  .optional()
  .openapi({
    description: 'Resources that `expand` asked for but that could not be fetched; their links remain.',
  });

const total = z.int().min(0).openapi({ description: 'Number of items on all pages.' });

/** Description of the parameter `fields`. */
export const FIELDS_DESCRIPTION =
  'Members to include; by default all. Dots select within a member or a relation, which is then embedded: ' +
  '`id,total.amount`. Links are always included.';

/** Description of the parameter `expand`. */
export const expandDescription = (rels: readonly string[]): string =>
  rels.length === 0
    ? 'Related resources to embed. This resource has none.'
    : `Related resources to embed: ${rels.map((rel) => `\`${rel}\``).join(', ')}. Dots expand further relations, as in \`a.b\`.`;

const fields = z
  .array(z.string())
  .optional()
  .openapi({
    param: { style: 'form', explode: false },
    description: FIELDS_DESCRIPTION,
  });

const PAGING = {
  first: link.optional(),
  prev: link.optional(),
  next: link.optional(),
  /** URI template of the collection with its filters, sort order, page size and expansions. */
  search: templatedLink.optional(),
};

/** A media type of resources with the schema of its bodies. */
export interface ResourceFormat {
  readonly mediaType: string;
  /** Runs once for each resource and page of a contract. */
  schema(body: Resource | Page, schemas: RepresentationSchemas): z.ZodType;
}

/** The representation schemas of one contract. Each is created once, so that each component is defined once. */
export class RepresentationSchemas {
  readonly #contract: Contract;
  readonly #formats: readonly ResourceFormat[];
  readonly #cache = new Map<unknown, Map<string, z.ZodType>>();

  constructor(contract: Contract, formats: readonly ResourceFormat[]) {
    this.#contract = contract;
    this.#formats = formats;
  }

  /** The schema of a body for each media type, in the server's order of preference. */
  content(body: Resource | Page): Record<string, { schema: z.ZodType }> {
    return Object.fromEntries(
      this.#formats.map(({ mediaType, schema }) => [
        mediaType,
        { schema: this.cached(schema, body, () => schema(body, this)) },
      ]),
    );
  }

  hal(body: Resource | Page): z.ZodType {
    return this.cached(this, body, () =>
      isPage(body) ? this.#page(body) : this.#resource(body as Resource),
    );
  }

  /** @param key distinguishes the schemas of one body */
  cached(key: unknown, { name }: Resource | Page, make: () => z.ZodType): z.ZodType {
    const schemas = this.#cache.get(key) ?? new Map<string, z.ZodType>();
    this.#cache.set(key, schemas);
    const schema = schemas.get(name) ?? make();
    schemas.set(name, schema);
    return schema;
  }

  #resource(body: Resource): z.ZodType {
    return body.state
      .extend({
        _links: this.#links(body.name),
        _templates: templates,
        _embedded: embedded,
        _expandErrors: expandErrors,
      })
      .openapi(body.name);
  }

  #page(body: Page): z.ZodType {
    return z
      .object({
        ...(body.total ? { total } : {}),
        _links: this.#links(body.name, PAGING),
        _templates: templates,
        _embedded: z.object({ item: z.array(this.hal(body.item)) }),
        _expandErrors: expandErrors,
      })
      .openapi(body.name);
  }

  /** `self` is always present. The other links depend on the state. */
  #links(name: string, paging: Readonly<Record<string, z.ZodType>> = {}) {
    const rels = this.#declaredLinks(name)
      .map(([rel]) => rel)
      .filter((rel) => rel !== 'self');
    const each = new Set(
      this.#declaredLinks(name)
        .filter(([, spec]) => spec.each !== undefined)
        .map(([rel]) => rel),
    );
    return z.object({
      self: link,
      ...paging,
      ...Object.fromEntries(rels.map((rel) => [rel, (each.has(rel) ? z.array(link) : link).optional()])),
    });
  }

  /** The links of all responses with this body. */
  #declaredLinks(name: string): [string, LinkSpec][] {
    return this.#contract.operations
      .flatMap(({ responses }) => Object.values(responses))
      .filter(({ body }) => (isResource(body) || isPage(body)) && body.name === name)
      .flatMap(({ links }) => Object.entries(links ?? {}));
  }

  /** The links to resources that can be fetched, which `expand` may name. */
  #expandableLinks(name: string): [string, LinkSpec][] {
    const actions = new Set(
      this.#contract.operations
        .filter(({ method }) => method !== 'get')
        .map(({ operationId }) => operationId),
    );
    return this.#declaredLinks(name).filter(
      ([rel, spec]) => rel !== 'self' && !actions.has(spec.operationId),
    );
  }

  /** The parameters `expand`, a comma-separated list of relations with dots for nesting, and `fields`. */
  selectionParameters(operation: Operation) {
    return { expand: this.#expandParameter(operation), fields };
  }

  #expandParameter(operation: Operation) {
    const body = Object.values(operation.responses).find((response) => response.body !== undefined)?.body;
    const name = isPage(body) ? body.item.name : isResource(body) ? body.name : '';
    const names = this.#expandableLinks(name).map(([rel]) => rel);
    return z
      .array(z.string())
      .optional()
      .openapi({
        param: { style: 'form', explode: false },
        description: expandDescription(names),
      });
  }
}
