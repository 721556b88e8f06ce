/**
 * Edits the documents of the last release. Links to a removed service are removed from them; otherwise every remaining
 * service with such a link would need a new major version.
 */
import { parseDocument } from 'yaml';

interface Link {
  readonly operationId?: string;
}

interface Response {
  readonly links?: Readonly<Record<string, Link>>;
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>;
}

type Operation = { readonly responses?: Readonly<Record<string, Response>> };

interface Released {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const SCHEMA = '#/components/schemas/';
/** As `npm run openapi` writes them. */
const FORMAT = { lineWidth: 110 };

/** @param ids the ids of the removed operations */
export function withoutLinksTo(text: string, ids: ReadonlySet<string>): string {
  const document = parseDocument(text);
  const { paths = {} } = document.toJS() as Released;
  let isChanged = false;
  for (const [path, item] of Object.entries(paths))
    for (const [method, { responses = {} }] of Object.entries(item))
      for (const [status, { links = {}, content = {} }] of Object.entries(responses))
        for (const [rel, { operationId = '' }] of Object.entries(links)) {
          if (!ids.has(operationId)) continue;
          isChanged = true;
          document.deleteIn(['paths', path, method, 'responses', status, 'links', rel]);
          for (const { schema } of Object.values(content)) {
            const name = schema?.$ref?.slice(SCHEMA.length) ?? '';
            const member = ['components', 'schemas', name, 'properties', '_links', 'properties', rel];
            if (document.hasIn(member)) document.deleteIn(member);
          }
        }
  return isChanged ? document.toString(FORMAT) : text;
}
