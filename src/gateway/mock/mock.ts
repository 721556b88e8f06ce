/**
 * A mock server for a service that is not implemented yet. It responds with examples of the document, or with values that
 * match its schemas. Links are created from the Link Objects.
 *
 * Reads `Accept`, `Prefer: code=404, example=name`. Sends statuses of the document, `Preference-Applied` for supported
 * preferences, 404, and 406 if the document declares it.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { MediaTypeObject, OpenAPIObject, OperationObject } from 'openapi3-ts/oas31';
import { PROBLEM_MEDIA_TYPE, Problem } from '../../contract/problem.ts';
import { internalError, notFound } from '../../contract/problems.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { acceptedMediaTypes, negotiate } from '../../http/headers/negotiate.ts';
import { preferences } from '../../http/headers/prefer.ts';
import { privateCacheControl } from '../../http/headers/private-response.ts';
import { withoutSelection } from '../../http/uri/href.ts';
import { type Body, encodeBody, renderedOperation } from '../../hypermedia/formats/format.ts';
import { json } from '../../hypermedia/formats/hal.ts';
import { formats } from '../../hypermedia/formats/index.ts';
import { linkGraphIncrementally } from '../../hypermedia/graph/link-graph.ts';
import { ALLOWS_ALL, type Allows, type GraphOperation } from '../../hypermedia/graph/model.ts';
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
import { conformingBody } from './conforming-body.ts';
import { requiredHeaders } from './headers.ts';
import { mockOffers } from './offers.ts';
import { hasExample, type MockPreferences, selectResponse } from './select-response.ts';

/**
 * @param services all services, because links lead from one to another
 * @param onFault called when an example that does not match its schema is first requested
 * @param isEnforced whether the gateway enforces the security of a service: then links are those that a caller may follow
 */
export const mock = (
  service: string,
  services: readonly ServiceDocument[],
  onFault?: (fault: DocumentFault) => void,
  isEnforced?: (service: string) => boolean,
): RequestListener => runToCompletion(mockInSteps(service, services, onFault, isEnforced));

export function* mockInSteps(
  service: string,
  services: readonly ServiceDocument[],
  onFault: (fault: DocumentFault) => void = () => {},
  isEnforced: (service: string) => boolean = () => false,
): Incremental<RequestListener> {
  const document = services.find(({ name }) => name === service)?.document as OpenAPIObject;
  const root = document as unknown as Json;
  const references = new SchemaReferences(root);
  const compiled = yield* compileInSteps({
    service,
    document,
    unknownQuery: 'pass',
    unknownBody: 'pass',
    validatesResponses: true,
  });
  const router = createRouter(compiled);
  const bodies = new Map<string, unknown>();
  const graph = yield* linkGraphIncrementally(services);
  const lifter = new Lifter(service, document, graph);
  const offersTo = mockOffers(
    services.filter(({ name }) => isEnforced(name)),
    graph,
  );

  /** Adds the links that the service would write itself. */
  const linked = (
    node: GraphOperation,
    value: unknown,
    params: ReadonlyMap<string, string>,
    url: string,
    keepsOwn: boolean,
    allows: Allows | undefined,
  ) => {
    const lifting = lifter.of(node);
    if (lifting === undefined || typeof value !== 'object' || value === null) return undefined;
    const path = Object.fromEntries([...params].map(([name, value]) => [name, decodeURIComponent(value)]));
    for (const [name, [member, ...deeper]] of node.shape?.links.get('self')?.parameterPointers ?? [])
      if (member !== undefined && deeper.length === 0 && path[name] !== undefined)
        (value as Body)[member] = path[name];
    const links = new Map(node.method === 'GET' ? [['self', { href: withoutSelection(url) }]] : []);
    return lift(value, lifting, {
      path,
      query: {},
      links,
      localPath: (href) => (keepsOwn ? href : undefined),
      allows,
    });
  };

  /** Creates a body once and reuses it for later requests. */
  const bodyOf = (
    media: MediaTypeObject,
    declared: DeclaredMedia | undefined,
    place: readonly string[],
    preferences: MockPreferences,
  ): unknown => {
    const key = JSON.stringify([place, preferences.example]);
    if (!bodies.has(key)) {
      const pointer = resolvePath(root, { node: root, pointer: '#' }, ...place)?.pointer ?? '#';
      bodies.set(
        key,
        conformingBody({ document, references, media, pointer, declared, preferences, onFault }),
      );
    }
    return structuredClone(bodies.get(key));
  };

  const respond = (req: IncomingMessage, res: ServerResponse): void => {
    const { url = '/', headers } = req;
    const match = router.find(req.method ?? 'GET', url);
    if (match === undefined && req.method === 'OPTIONS') {
      res.writeHead(204, { Allow: router.allowed(url).join(', ') }).end();
      return;
    }
    if (match === undefined) throw new Problem(notFound, 'No operation has this path.');
    const { definition, operationId, method, path, responses } = match.operation;
    const requested = parsePreferences([headers.prefer ?? []].flat().join(', '));
    const { status, key, response } = selectResponse(
      document,
      (definition as OperationObject).responses,
      requested,
    );
    const { content = {} } = response;
    const declared = responses?.find(status);
    res.statusCode = status;
    for (const [name, value] of requiredHeaders(document, references, response, declared))
      res.setHeader(name, value);
    const applied = String(status) === requested.code ? [`code=${requested.code}`] : [];
    const setApplied = () => {
      if (applied.length > 0) res.setHeader('Preference-Applied', applied.join(', '));
    };
    if (Object.keys(content).length === 0) {
      setApplied();
      res.end();
      return;
    }
    const mediaType = typeFor(
      headers.accept,
      Object.keys(content),
      allowsProblem(responses?.find(NOT_ACCEPTABLE)),
    );
    const media = content[mediaType] ?? {};
    const node = graph.operation(service, operationId);
    const isHal = node?.body !== undefined && !node.lifted && declaresLinks(document, node.body.schema);
    const format = formats.find((one) => one.mediaType === mediaType) ?? json;
    const [firstType = mediaType] = Object.keys(content);
    const sourceType = isHal && status < 300 ? firstType : mediaType;
    const place = ['paths', path, method.toLowerCase(), 'responses', key, 'content', sourceType];
    const source = content[sourceType] ?? media;
    const example =
      requested.example !== undefined && hasExample(source, requested.example)
        ? requested.example
        : undefined;
    if (example !== undefined) applied.push(`example=${example}`);
    setApplied();
    const value = bodyOf(source, declared?.mediaFor(sourceType), place, { example });
    const offers = offersTo?.(req.headers);
    // Links in samples do not work, so they are used only if the document requires them.
    const written = [false, true].flatMap((keepsOwn) => {
      const representation =
        isHal && status < 300 ? linked(node, value, match.params, url, keepsOwn, offers?.allows) : undefined;
      return representation ? [{ representation, body: format.write(representation) }] : [];
    });
    const check = isJsonType(mediaType) ? declared?.mediaFor(mediaType)?.check : undefined;
    const { representation, body } = written.find((one) => !check || check(one.body, 0).length === 0) ?? {
      representation: undefined,
      body: value,
    };
    res.setHeader('Content-Type', representation && format.typeOf ? format.typeOf(body as Body) : mediaType);
    if (offers?.dependsOnCaller) {
      res.setHeader('Cache-Control', privateCacheControl(res.getHeader('Cache-Control')?.toString()));
      res.setHeader('Vary', [res.getHeader('Vary') ?? [], offers.vary].flat().join(', '));
    }
    const allows = offers?.allows ?? ALLOWS_ALL;
    const page = node && { url, operation: renderedOperation(node, allows), allows, isFromGateway: true };
    res.end(
      representation && format.rendering && page
        ? encodeBody(format, body as Body, page)
        : serializeBody(body, mediaType),
    );
  };

  return (req: IncomingMessage, res: ServerResponse): void => {
    req.resume();
    try {
      respond(req, res);
    } catch (error) {
      const problem =
        error instanceof Problem
          ? error
          : new Problem(internalError, 'The mock server could not create a response.');
      res.writeHead(problem.status, { 'Content-Type': PROBLEM_MEDIA_TYPE }).end(JSON.stringify(problem));
    }
  };
}

const NOT_ACCEPTABLE = 406;

/** Whether the declared response allows a problem document. */
const allowsProblem = (declared: DeclaredResponse | undefined): boolean =>
  declared !== undefined &&
  (declared.types.length === 0 || declared.mediaFor(PROBLEM_MEDIA_TYPE) !== undefined);

/** Chooses a media type that the client accepts. If none fits and 406 is not declared, the first one (RFC 9110 §12.5.1). */
function typeFor(accept: string | undefined, types: readonly string[], mayRefuse: boolean): string {
  const [first = ''] = types;
  return mayRefuse || acceptedMediaTypes(accept, types).length > 0 ? negotiate(accept, types) : first;
}

const serializeBody = (body: unknown, mediaType: string): string =>
  typeof body === 'string' && !isJsonType(mediaType) ? body : JSON.stringify(body);

function parsePreferences(prefer: string | undefined): MockPreferences {
  const requested = preferences(prefer);
  const [code, example] = [requested.get('code'), requested.get('example')];
  // A 1xx status does not end a request (RFC 9110 §15.2).
  return { ...(/^[2-5]\d\d$/.test(code ?? '') && { code }), ...(example && { example }) };
}
