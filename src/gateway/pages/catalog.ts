/**
 * `/.well-known/api-catalog` (RFC 9727): the APIs behind this gateway as a linkset (RFC 9264 §4.2), an anchor a
 * service, with the relations of RFC 8631.
 *
 * Reads `If-None-Match`; sends 200, 304; HEAD has the `Link` that RFC 9727 §3 asks for.
 */
import type { Router } from 'express';
import type { ServiceDocument } from '../../hypermedia/graph.ts';
import { get, HTML, json, send } from './entity.ts';
import { entriesOf } from './entries.ts';

const PATH = '/.well-known/api-catalog';
const LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"';

export function catalog(router: Router, services: readonly ServiceDocument[]): void {
  const linkset = services.map((service) => ({
    anchor: entriesOf(service)[0]?.href ?? `/openapi/${service.name}.json`,
    'service-desc': [
      { href: `/openapi/${service.name}.json`, type: 'application/vnd.oai.openapi+json' },
      { href: `/openapi/${service.name}.yaml`, type: 'application/yaml' },
    ],
    'service-doc': [{ href: `/docs#/${service.name}`, type: HTML, title: service.document.info.title }],
    status: [{ href: '/status', type: 'application/hal+json' }],
  }));
  const made = json(LINKSET, { linkset }, { Link: `<${PATH}>; rel="api-catalog"` });
  get(router, PATH, (req, res) => send(req, res, made));
}
