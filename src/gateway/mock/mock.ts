/**
 * A service that there is only a document of, so that a contract can be walked before anyone writes it. It answers
 * with the document's examples, or what its schemas allow; links are those of its Link Objects.
 *
 * Reads `Accept`, `Prefer: code=404, example=name`; sends the statuses of the document, with `Preference-Applied` for the
 * preferences that the document has, 404, and 406 where the document has that.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { MediaTypeObject, OpenAPIObject, OperationObject } from 'openapi3-ts/oas31';
import { PROBLEM_MEDIA_TYPE, Problem } from '../../contract/problem.ts';
import { internalError, notFound } from '../../contract/problems.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { acceptable, negotiate } from '../../http/headers/negotiate.ts';
import { preferences } from '../../http/headers/prefer.ts';
import { plain } from '../../http/uri/href.ts';
import { type Body, encodeBody } from '../../hypermedia/formats/format.ts';
import { json } from '../../hypermedia/formats/hal.ts';
import { formats } from '../../hypermedia/formats/index.ts';
import { linkGraphIncrementally } from '../../hypermedia/graph/link-graph.ts';
import type { GraphOperation } from '../../hypermedia/graph/model.ts';
import { declaresLinks } from '../../hypermedia/graph/response-schema.ts';
import { Lifter, lift } from '../../hypermedia/lift/lift.ts';
import { type Incremental, runToCompletion } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import type { Json } from '../../openapi/load/grammar.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { compileInSteps } from '../operation.ts';
import { createRouter } from '../routing/router.ts';
import type { DeclaredMedia, DeclaredResponse } from '../validation/responses.ts';
import { resolvePath } from '../validation/schema/json-node.ts';
import { SchemaReferences } from '../validation/schema/schema-references.ts';
import { conformingBody } from './conforming.ts';
import { hasExample, responseOf, type Wish } from './example.ts';
import { requiredHeaders } from './headers.ts';

/**
 * @param services all of them, since links lead from one to another
 * @param onFault called for an example that its own schema refuses, when it is asked for first
 */
export const mock = (
  service: string,
  services: readonly ServiceDocument[],
  onFault?: (fault: DocumentFault) => void,
): RequestListener => runToCompletion(mockInSteps(service, services, onFault));

export function* mockInSteps(
  service: string,
  services: readonly ServiceDocument[],
  onFault: (fault: DocumentFault) => void = () => {},
): Incremental<RequestListener> {
  const document = services.find(({ name }) => name === service)?.document as OpenAPIObject;
  const root = document as unknown as Json;
  const references = new SchemaReferences(root);
  const compiled = yield* compileInSteps({
    service,
    document,
    unknownQuery: 'pass',
    unknownBody: 'pass',
    holdsResponses: true,
  });
  const router = createRouter(compiled);
  const known = new Map<string, unknown>();
  const graph = yield* linkGraphIncrementally(services);
  const lifter = new Lifter(service, document, graph);

  /** A body of a service that writes links itself gets those that it would write. */
  const linked = (
    node: GraphOperation,
    value: unknown,
    params: ReadonlyMap<string, string>,
    url: string,
    keepsOwn: boolean,
  ) => {
    const lifting = lifter.of(node);
    if (lifting === undefined || typeof value !== 'object' || value === null) return undefined;
    const path = Object.fromEntries([...params].map(([name, value]) => [name, decodeURIComponent(value)]));
    for (const [name, [member, ...deeper]] of node.shape?.links.get('self')?.parameterPointers ?? [])
      if (member !== undefined && deeper.length === 0 && path[name] !== undefined)
        (value as Body)[member] = path[name];
    const links = new Map(node.method === 'GET' ? [['self', { href: plain(url) }]] : []);
    return lift(value, lifting, {
      path,
      query: {},
      links,
      localPath: (href) => (keepsOwn ? href : undefined),
    });
  };

  /** Made once and kept for later requests. */
  const bodyOf = (
    media: MediaTypeObject,
    declared: DeclaredMedia | undefined,
    place: readonly string[],
    wish: Wish,
  ): unknown => {
    const key = JSON.stringify([place, wish.example]);
    if (!known.has(key)) {
      const pointer = resolvePath(root, { node: root, pointer: '#' }, ...place)?.pointer ?? '#';
      known.set(key, conformingBody({ document, references, media, pointer, declared, wish, onFault }));
    }
    return structuredClone(known.get(key));
  };

  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    const { url = '/', headers } = req;
    const match = router.find(req.method ?? 'GET', url);
    if (match === undefined && req.method === 'OPTIONS') {
      res.writeHead(204, { Allow: router.allowed(url).join(', ') }).end();
      return;
    }
    if (match === undefined) throw new Problem(notFound, 'No operation has this path.');
    const { definition, operationId, method, path, responses } = match.operation;
    const wish = wishOf([headers.prefer ?? []].flat().join(', '));
    const { status, key, response } = responseOf(document, (definition as OperationObject).responses, wish);
    const { content = {} } = response;
    const declared = responses?.find(status);
    res.statusCode = status;
    for (const [name, value] of requiredHeaders(document, references, response, declared))
      res.setHeader(name, value);
    const applied = String(status) === wish.code ? [`code=${wish.code}`] : [];
    const tellApplied = () => {
      if (applied.length > 0) res.setHeader('Preference-Applied', applied.join(', '));
    };
    if (Object.keys(content).length === 0) {
      tellApplied();
      res.end();
      return;
    }
    const mediaType = typeFor(
      headers.accept,
      Object.keys(content),
      takesProblem(responses?.find(NOT_ACCEPTABLE)),
    );
    const media = content[mediaType] ?? {};
    const node = graph.operation(service, operationId);
    const isHal = node?.body !== undefined && !node.lifted && declaresLinks(document, node.body.schema);
    const format = formats.find((one) => one.mediaType === mediaType) ?? json;
    const [firstType = mediaType] = Object.keys(content);
    const sourceType = isHal && status < 300 ? firstType : mediaType;
    const place = ['paths', path, method.toLowerCase(), 'responses', key, 'content', sourceType];
    const source = content[sourceType] ?? media;
    const example = wish.example !== undefined && hasExample(source, wish.example) ? wish.example : undefined;
    if (example !== undefined) applied.push(`example=${example}`);
    tellApplied();
    const value = bodyOf(source, declared?.mediaFor(sourceType), place, { example });
    // Links of a sample lead nowhere, and are kept only where the document requires them.
    const written = [false, true].flatMap((keepsOwn) => {
      const made = isHal && status < 300 ? linked(node, value, match.params, url, keepsOwn) : undefined;
      return made ? [{ representation: made, body: format.write(made) }] : [];
    });
    const check = isJsonType(mediaType) ? declared?.mediaFor(mediaType)?.check : undefined;
    const { representation, body } = written.find((one) => !check || check(one.body, 0).length === 0) ?? {
      representation: undefined,
      body: value,
    };
    res.setHeader('Content-Type', representation && format.typeOf ? format.typeOf(body as Body) : mediaType);
    const asked = node && { url, operation: node, isFromGateway: true };
    res.end(
      representation && format.rendering && asked
        ? encodeBody(format, body as Body, asked)
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

const NOT_ACCEPTABLE = 406;

/** Whether a contract has a response that a problem can be. */
const takesProblem = (declared: DeclaredResponse | undefined): boolean =>
  declared !== undefined &&
  (declared.types.length === 0 || declared.mediaFor(PROBLEM_MEDIA_TYPE) !== undefined);

/** What the caller takes; a contract without 406 has the first one for who takes none (RFC 9110 §12.5.1). */
function typeFor(accept: string | undefined, types: readonly string[], mayRefuse: boolean): string {
  const [first = ''] = types;
  return mayRefuse || acceptable(accept, types).length > 0 ? negotiate(accept, types) : first;
}

const textOf = (body: unknown, mediaType: string): string =>
  typeof body === 'string' && !isJsonType(mediaType) ? body : JSON.stringify(body);

function wishOf(prefer: string | undefined): Wish {
  const wished = preferences(prefer);
  const [code, example] = [wished.get('code'), wished.get('example')];
  // A 1xx is no response that ends a request (RFC 9110 §15.2).
  return { ...(/^[2-5]\d\d$/.test(code ?? '') && { code }), ...(example && { example }) };
}
