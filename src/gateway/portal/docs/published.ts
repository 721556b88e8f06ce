/** The documents that callers see, each made when it is asked for first: a start does not wait for megabytes. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { documentPath } from '../../../contract/shared-paths.ts';
import { inTurns, type Steps } from '../../../openapi/incremental.ts';
import { publicInSteps } from '../../../openapi/merge/merge.ts';
import { type Outline, outlineOf } from '../../../openapi/publish/document-index.ts';
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
  readonly outline: () => Promise<Outline>;
}

/** The merged one first, then one a service. */
export function publish(
  services: readonly ServiceDocument[],
  title: string,
  merge: () => Steps<OpenAPIObject>,
): Published[] {
  const of = (
    what: Pick<Published, 'service' | 'title' | 'path'>,
    make: () => Steps<OpenAPIObject>,
  ): Published => {
    const document = once(async () => inTurns(withEmbedded(await inTurns(make()))));
    const outline = once(async () => inTurns(outlineOf(await document())));
    return { ...what, document, outline };
  };
  return [
    of({ title, path: '/openapi.json' }, merge),
    ...services.map((service) => {
      const { name, document } = service;
      return of({ service: name, title: document.info.title, path: documentPath(name) }, () =>
        publicInSteps(service),
      );
    }),
  ];
}
