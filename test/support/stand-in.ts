/** Replaces a service of which only the document exists: it responds with the examples of the document. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import sampler from 'openapi-sampler';
import type { MediaTypeObject, OpenAPIObject, PathItemObject, ResponseObject } from 'openapi3-ts/oas31';
import { matchPath, pathTemplate } from '../../src/http/uri/href.ts';
import { resolveReference } from '../../src/openapi/reference.ts';

export function standIn(document: OpenAPIObject) {
  const paths = Object.entries(document.paths ?? {}).toSorted(([a], [b]) => braces(a) - braces(b));
  return (req: IncomingMessage, res: ServerResponse): void => {
    const [path = ''] = (req.url ?? '').split('?');
    const found = paths.find(([template]) => matchPath(pathTemplate(template), path) !== undefined);
    const item = resolveReference<PathItemObject>(document, found?.[1]);
    const operation = item?.[req.method?.toLowerCase() as 'get'];
    const success = Object.entries(operation?.responses ?? {}).find(([status]) => status.startsWith('2'));
    if (success === undefined) {
      res.writeHead(404).end();
      return;
    }
    const [status, response] = success;
    const media = resolveReference<ResponseObject>(document, response)?.content?.['application/json'];
    res.writeHead(Number(status), media && { 'Content-Type': 'application/json' });
    res.end(media && JSON.stringify(exampleOf(media, document)));
  };
}

const braces = (template: string): number => template.split('{').length;

const exampleOf = ({ example, examples, schema }: MediaTypeObject, document: OpenAPIObject): unknown =>
  example ??
  Object.values(examples ?? {}).flatMap((one) => ('value' in one ? [one.value] : []))[0] ??
  sampler.sample(schema as never, {}, document as never);
