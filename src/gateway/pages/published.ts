/** The documents that callers see, each made when it is asked for first: a start does not wait for megabytes. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { documentPath } from '../../contract/places.ts';
import type { ServiceDocument } from '../../hypermedia/graph.ts';
import { withEmbedded } from '../document/embedded.ts';
import { publicDocument } from '../document/merge.ts';
import { type Outline, outlineOf } from '../document/outline.ts';
import { once } from './once.ts';

export interface Published {
  /** Of the service; that of everything has none. */
  readonly service?: string;
  readonly title: string;
  /** Where it is as JSON. */
  readonly path: string;
  readonly document: () => OpenAPIObject;
  readonly outline: () => Outline;
}

/** The merged one first, then one a service. */
export function publish(
  services: readonly ServiceDocument[],
  title: string,
  merge: () => OpenAPIObject,
): Published[] {
  const of = (what: Pick<Published, 'service' | 'title' | 'path'>, make: () => OpenAPIObject): Published => {
    const document = once(() => withEmbedded(make()));
    return { ...what, document, outline: once(() => outlineOf(document())) };
  };
  return [
    of({ title, path: '/openapi.json' }, merge),
    ...services.map((service) => {
      const { name, document } = service;
      return of({ service: name, title: document.info.title, path: documentPath(name) }, () =>
        publicDocument(service),
      );
    }),
  ];
}
