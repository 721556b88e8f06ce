/**
 * The options of a form member that identifies another resource, from the link graph: a link of the created
 * resource uses that member, and a collection lists the possible targets (HAL-FORMS, `options.link`).
 */
import { HAL } from '../../contract/media-types.ts';
import { OPTIONS, type TemplateProperty } from './form-properties.ts';
import { ALLOWS_ALL, type Allows, type GraphOperation, type Link } from './model.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A path in a body: names of members, and `0` for an array element. */
type MemberPath = readonly string[];

/** Properties with options, of which a caller gets those whose collections it may read. */
export class PropertiesWithOptions {
  /** With all options. */
  readonly all: readonly TemplateProperty[];
  readonly #choices: readonly MemberOptions[];
  readonly #apply: (choices: readonly MemberOptions[]) => readonly TemplateProperty[];

  constructor(
    choices: readonly MemberOptions[],
    apply: (choices: readonly MemberOptions[]) => readonly TemplateProperty[],
  ) {
    this.#choices = choices;
    this.#apply = apply;
    this.all = apply(choices);
  }

  /** @returns `all` if everything is allowed */
  for(allows: Allows): readonly TemplateProperty[] {
    if (allows === ALLOWS_ALL) return this.all;
    const allowed = this.#choices.filter(({ collection }) => allows(collection));
    return allowed.length === this.#choices.length ? this.all : this.#apply(allowed);
  }
}

/** The properties of an operation's form, with options where they are known. */
export function formWithOptions(
  operation: GraphOperation,
  operations: readonly GraphOperation[],
): PropertiesWithOptions {
  const links = [...(operation.shape?.links.values() ?? [])].filter(({ target }) => target.method === 'GET');
  const form = operation.form();
  const own = links
    .flatMap((link) => optionsFor(link, operations))
    .filter(({ path }) => form.some(({ name }) => name === path[0]));
  return new PropertiesWithOptions(own, (choices) => addToForm(form, choices));
}

const addToForm = (
  form: readonly TemplateProperty[],
  choices: readonly MemberOptions[],
): readonly TemplateProperty[] =>
  form.map((property) => {
    const own = choices.filter(({ path }) => path[0] === property.name);
    const [direct] = own.filter(({ path }) => path.length === 1);
    if (direct !== undefined) return { ...property, options: direct.options };
    if (own.length === 0 || property.schema === undefined) return property;
    let schema = property.schema as Schema;
    for (const { path, options } of own) schema = addOptions(schema, path.slice(1), options);
    return { ...property, schema };
  });

/**
 * The query parameters of a collection. A parameter with the same name as a member of the items that identifies
 * another resource has the same options.
 */
export function queryWithOptions(
  operation: Pick<GraphOperation, 'shape' | 'query'>,
  operations: readonly GraphOperation[],
): PropertiesWithOptions {
  const links = [...(operation.shape?.item?.links.values() ?? [])].filter(
    ({ target }) => target.method === 'GET',
  );
  const choices = links
    .flatMap((link) => optionsFor(link, operations))
    .filter(({ path, options }) => path.length === 1 && !isTemplated(options));
  return new PropertiesWithOptions(choices, (allowed) =>
    operation.query.map((property) => {
      const choice = allowed.find(({ path }) => path[0] === property.name);
      return choice === undefined || property.options !== undefined
        ? property
        : { ...property, options: choice.options };
    }),
  );
}

const isTemplated = ({ link }: Schema): boolean => Object(link).templated === true;

interface MemberOptions {
  /** The operation that lists the options. */
  readonly collection: GraphOperation;
  readonly path: MemberPath;
  readonly options: Schema;
}

function optionsFor(
  { target, parameterPointers }: Link,
  operations: readonly GraphOperation[],
): MemberOptions[] {
  const collection = operations.find(({ shape }) => shape?.item !== undefined && shape.item === target.shape);
  // The last path parameter identifies the target.
  const id = target.path.names.at(-1);
  const path = parameterPointers.get(id ?? '');
  const value = target.shape?.links.get('self')?.parameterPointers.get(id ?? '')?.[0];
  if (collection === undefined || path === undefined || value === undefined) return [];
  const template = templateOf(collection, parameterPointers);
  if (template === undefined) return [];
  const prompt = ['name', 'title'].find((name) => target.shape?.members.member(name)) ?? value;
  const link = { ...template, type: HAL };
  return [{ collection, path, options: { link, valueField: value, promptField: prompt, maxItems: 1 } }];
}

/** The URL of a collection. Its variables must be members of the form or of the changed resource. */
function templateOf({ path }: GraphOperation, places: Link['parameterPointers']) {
  const variables = path.names.map((name) => places.get(name));
  if (variables.some((place) => place?.length !== 1)) return undefined;
  const href = path.literals.reduce(
    (before, literal, index) => `${before}{${variables[index - 1]}}${literal}`,
  );
  return variables.length === 0 ? { href } : { href, templated: true };
}

function addOptions(schema: Schema, [name, ...rest]: MemberPath, options: Schema): Schema {
  if (name === undefined) return { ...schema, [OPTIONS]: options };
  if (name === '0' && schema.items !== undefined)
    return { ...schema, items: addOptions(schema.items as Schema, rest, options) };
  const properties = schema.properties as Readonly<Record<string, Schema>> | undefined;
  const member = properties?.[name];
  if (member === undefined) return schema;
  return { ...schema, properties: { ...properties, [name]: addOptions(member, rest, options) } };
}
