/**
 * A service that there is only a document of, so that a contract can be walked before anyone writes it. It answers
 * with the document's examples, or what its schemas allow; links are those of its Link Objects.
 *
 * Reads `Accept`, `Prefer: code=404, example=name`; sends the statuses of the document with `Preference-Applied`, 400
 * for a wish that the document does not have, 404, 406.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenAPIObject, OperationObject } from 'openapi3-ts/oas31';
import { PROBLEM_MEDIA_TYPE, Problem } from '../../contract/problem.ts';
import { internalError, notFound } from '../../contract/problems.ts';
import { negotiate } from '../../http/negotiate.ts';
import { preferences } from '../../http/prefer.ts';
import { hasLinks } from '../../hypermedia/described-body.ts';
import type { Body } from '../../hypermedia/formats/format.ts';
import { json } from '../../hypermedia/formats/hal.ts';
import { formats } from '../../hypermedia/formats/index.ts';
import { type GraphOperation, LinkGraph, type ServiceDocument } from '../../hypermedia/graph.ts';
import { Lifter, lift } from '../../hypermedia/lift/lift.ts';
import { plain } from '../../hypermedia/selection.ts';
import { compileOperations } from '../operation.ts';
import { createRouter } from '../router.ts';
import { bodyOf, responseOf, type Wish } from './example.ts';

/** @param services all of them, since links lead from one to another */
export function mock(service: string, services: readonly ServiceDocument[]) {
  const document = services.find(({ name }) => name === service)?.document as OpenAPIObject;
  const router = createRouter(compileOperations({ service, document, unknownQuery: 'pass' }));
  const graph = new LinkGraph(services);
  const lifter = new Lifter(service, document, graph);

  /** A body of a service that writes links itself gets those that it would write. */
  const linked = (node: GraphOperation, value: unknown, params: ReadonlyMap<string, string>, url: string) => {
    const lifting = lifter.of(node);
    if (lifting === undefined || typeof value !== 'object' || value === null) return undefined;
    const path = Object.fromEntries([...params].map(([name, value]) => [name, decodeURIComponent(value)]));
    for (const [name, [member, ...deeper]] of node.shape?.links.get('self')?.places ?? [])
      if (member !== undefined && deeper.length === 0 && path[name] !== undefined)
        (value as Body)[member] = path[name];
    const links = new Map(node.method === 'GET' ? [['self', { href: plain(url) }]] : []);
    return lift(value, lifting, { path, query: {}, links, local: () => undefined });
  };

  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    const { url = '/', headers } = req;
    const match = router.find(req.method ?? 'GET', url);
    if (match === undefined && req.method === 'OPTIONS') {
      res.writeHead(204, { Allow: router.allowed(url).join(', ') }).end();
      return;
    }
    if (match === undefined) throw new Problem(notFound, 'No operation has this path.');
    const { definition, operationId } = match.operation;
    const wish = wishOf([headers.prefer ?? []].flat().join(', '));
    const { status, content } = responseOf(document, (definition as OperationObject).responses, wish);
    res.statusCode = status;
    const applied = Object.entries(wish).map(([name, value]) => `${name}=${value}`);
    if (applied.length > 0) res.setHeader('Preference-Applied', applied.join(', '));
    if (Object.keys(content).length === 0) {
      res.end();
      return;
    }
    const mediaType = negotiate(headers.accept, Object.keys(content));
    const media = content[mediaType] ?? {};
    const node = graph.operation(service, operationId);
    const isHal = node?.body !== undefined && !node.lifted && hasLinks(document, node.body.schema);
    const format = formats.find((one) => one.mediaType === mediaType) ?? json;
    const source = isHal && status < 300 ? (Object.values(content)[0] ?? media) : media;
    const value = bodyOf(document, source, wish);
    const representation = isHal && status < 300 ? linked(node, value, match.params, url) : undefined;
    const body = representation === undefined ? value : format.write(representation);
    res.setHeader('Content-Type', representation && format.typeOf ? format.typeOf(body as Body) : mediaType);
    const asked = node && { url, operation: node, isFromGateway: true };
    res.end(
      representation && format.rendering && asked
        ? format.rendering.serialize(body as Body, asked)
        : textOf(body, mediaType),
    );
  };

  return (req: IncomingMessage, res: ServerResponse): void => {
    req.resume();
    try {
      answer(req, res);
    } catch (error) {
      const problem =
        error instanceof Problem ? error : new Problem(internalError, 'The mock cannot answer this.');
      res.writeHead(problem.status, { 'Content-Type': PROBLEM_MEDIA_TYPE }).end(JSON.stringify(problem));
    }
  };
}

const textOf = (body: unknown, mediaType: string): string =>
  typeof body === 'string' && !/[/+]json\b/.test(mediaType) ? body : JSON.stringify(body);

function wishOf(prefer: string | undefined): Wish {
  const wished = preferences(prefer);
  const [code, example] = [wished.get('code'), wished.get('example')];
  return { ...(/^[1-5]\d\d$/.test(code ?? '') && { code }), ...(example && { example }) };
}
