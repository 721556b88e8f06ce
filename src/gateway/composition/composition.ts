/** Describes how the responses of an operation are composed. Computed when the documents are loaded. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { LinkGraph } from '../../hypermedia/graph/link-graph.ts';
import type { GraphOperation } from '../../hypermedia/graph/model.ts';
import { Lifter, type Lifting } from '../../hypermedia/lift/lift.ts';
import type { GatewayOperation } from '../operation.ts';
import { type MountOptions, mountOf } from '../routing/path-mapping.ts';
import type { OperationRouter } from '../routing/router.ts';
import { PublicUrls } from './public-urls.ts';

export interface Composition {
  /** The operation in the link graph; undefined if it has no id. */
  readonly graphOperation: GraphOperation | undefined;
  /** How links are added to its responses, if they are. */
  readonly lifting: Lifting | undefined;
  /** Rewrites URLs of the service. */
  readonly urls: PublicUrls;
  /** Whether every response is read, even if the request does not select anything. */
  readonly alwaysReadsBody: boolean;
  /** Whether resources of the service have entity tags that the gateway created. */
  readonly hasLiftedTags: boolean;
}

export interface CompositionOptions {
  readonly operations: readonly GatewayOperation[];
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
  readonly graph: LinkGraph;
  readonly router: OperationRouter;
  readonly services: readonly (MountOptions & {
    readonly name: string;
    readonly ownUrls: readonly string[];
  })[];
  /** Whether something other than an operation serves the path: a page, or a service whose document is not available. */
  readonly isServedElsewhere: (path: string) => boolean;
  /** Called with the name of the service for every link that is omitted because no route serves it. */
  readonly onDroppedLink?: ((service: string) => void) | undefined;
}

export type FindComposition = (operation: GatewayOperation | GraphOperation) => Composition | undefined;

export function createCompositions(options: CompositionOptions): FindComposition {
  const { operations, documents, graph, router, services, isServedElsewhere, onDroppedLink } = options;
  const serves = (href: string): boolean => {
    const [path = ''] = href.split(/[?#]|\{[?&]/, 1);
    return isServedElsewhere(path) || isServed(router, path);
  };
  const urls = new Map(
    services.map(({ name, ownUrls, ...place }) => [
      name,
      new PublicUrls({
        prefixes: ownUrls,
        mount: mountOf(place),
        serves,
        onDropped: () => onDroppedLink?.(name),
      }),
    ]),
  );
  const lifters = new Map(
    [...documents].map(([name, document]) => [name, new Lifter(name, document, graph)]),
  );
  const entries = operations.map((operation) => {
    const graphOperation = graph.operation(operation.service, operation.operationId);
    const lifting = graphOperation?.lifted ? lifters.get(operation.service)?.of(graphOperation) : undefined;
    return { operation, graphOperation, lifting };
  });
  const rewriting = new Set(
    services.filter((one) => one.ownUrls.length > 0 || mountOf(one) !== undefined).map(({ name }) => name),
  );
  const lifted = new Set(entries.filter(({ lifting }) => lifting).map(({ operation }) => operation.service));
  const byOperation = new Map<object, Composition>();
  for (const { operation, graphOperation, lifting } of entries) {
    const { service } = operation;
    const composition: Composition = {
      graphOperation,
      lifting,
      urls: urls.get(service) as PublicUrls,
      alwaysReadsBody: lifting !== undefined || rewriting.has(service),
      hasLiftedTags: lifted.has(service) || rewriting.has(service),
    };
    byOperation.set(operation, composition);
    if (graphOperation) byOperation.set(graphOperation, composition);
  }
  return (operation) => byOperation.get(operation);
}

const isServed = (router: OperationRouter, path: string): boolean => {
  try {
    return router.allowed(path).length > 0;
  } catch {
    // A path that cannot be decoded has no operation.
    return false;
  }
};
