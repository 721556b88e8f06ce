/** The documents that callers see, each made when it is asked for first: a start does not wait for megabytes. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { documentPath } from '../../../contract/places.ts';
import { type Incremental, runInSlices } from '../../../openapi/incremental.ts';
import { publicDocumentIncrementally } from '../../../openapi/merge/merge.ts';
import { type DocumentIndex, indexDocument } from '../../../openapi/publish/document-index.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import { withEmbedded } from '../../documents/embedded-schemas.ts';
import { once } from '../lazy.ts';

export interface Published {
  /** Of the service; that of everything has none. */
  readonly service?: string;
  readonly title: string;
  /** Where it is as JSON. */
  readonly path: string;
  readonly document: () => Promise<OpenAPIObject>;
  readonly outline: () => Promise<DocumentIndex>;
}

/** The merged one first, then one a service. */
export function publish(
  services: readonly ServiceDocument[],
  title: string,
  merge: () => Incremental<OpenAPIObject>,
): Published[] {
  const of = (
    what: Pick<Published, 'service' | 'title' | 'path'>,
    make: () => Incremental<OpenAPIObject>,
  ): Published => {
    const document = once(async () => runInSlices(withEmbedded(await runInSlices(make()))));
    const outline = once(async () => runInSlices(indexDocument(await document())));
    return { ...what, document, outline };
  };
  return [
    of({ title, path: '/openapi.json' }, merge),
    ...services.map((service) => {
      const { name, document } = service;
      return of({ service: name, title: document.info.title, path: documentPath(name) }, () =>
        publicDocumentIncrementally(service),
      );
    }),
  ];
}
