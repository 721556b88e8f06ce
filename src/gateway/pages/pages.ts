/**
 * Everything the gateway answers itself, as one router. Made when the documents are loaded: a request only
 * chooses among what is there.
 */
import { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { ServiceDocument } from '../../hypermedia/graph.ts';
import { assets } from './assets.ts';
import { catalog } from './catalog.ts';
import { docs } from './docs.ts';
import { documents } from './documents.ts';
import { explorer } from './explorer.ts';
import { health } from './health.ts';
import { home } from './home.ts';
import { problems } from './problems.ts';
import { relations } from './relations.ts';
import { type ServiceSnapshot, status } from './status.ts';

export interface PagesOptions {
  readonly services: readonly ServiceDocument[];
  /** What `mergeDocuments` made of them. */
  readonly merged: OpenAPIObject;
  /** How the services are now; it must not hold their addresses. */
  readonly status: () => readonly ServiceSnapshot[];
  /** False as soon as the process drains. */
  readonly ready: () => boolean;
}

/** Paths under RESERVED_SEGMENTS; what it does not know it passes on. */
export function createPages({ services, merged, status: snapshot, ready }: PagesOptions): Router {
  const router = Router({ caseSensitive: true });
  home(router, services, merged);
  assets(router);
  docs(router);
  documents(router, services, merged);
  explorer(router, services, merged);
  problems(router, merged);
  relations(router, services);
  status(router, snapshot);
  catalog(router, services);
  health(router, ready, snapshot);
  return router;
}
