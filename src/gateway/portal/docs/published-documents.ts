/** The public documents, created on first use, so that the start does not wait for large ones. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { documentPath } from '../../../contract/shared-paths.ts';
import type { Incremental } from '../../../openapi/incremental.ts';
import { runInSlices } from '../../../openapi/incremental.ts';
import { publicDocumentIncrementally } from '../../../openapi/merge/merge.ts';
import type { DocumentIndex } from '../../../openapi/publish/document-index.ts';
import { indexDocument } from '../../../openapi/publish/document-index.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';
import { withEmbedded } from '../../documents/embedded-schemas.ts';
import { lazy } from '../lazy.ts';

export interface PublishedDocument {
  /** Name of the service; undefined for the document of all services. */
  readonly service?: string;
  readonly title: string;
  /** Path of the JSON document. */
  readonly path: string;
  readonly document: () => Promise<OpenAPIObject>;
  readonly index: () => Promise<DocumentIndex>;
}

/** The merged document first, then one for each service. */
export function publish(
  services: readonly ServiceDocument[],
  title: string,
  merge: () => Incremental<OpenAPIObject>,
): PublishedDocument[] {
  const of = (
    what: Pick<PublishedDocument, 'service' | 'title' | 'path'>,
    make: () => Incremental<OpenAPIObject>,
  ): PublishedDocument => {
    const document = lazy(async () => runInSlices(withEmbedded(await runInSlices(make()))));
    const index = lazy(async () => runInSlices(indexDocument(await document())));
    return { ...what, document, index };
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
