/** What the paths of a document begin with at its service: the path of its first server (OpenAPI 3.1 §4.8.5). */
import type { OpenAPIObject, ServerObject } from 'openapi3-ts/oas31';
import { isObject } from './grammar.ts';

/** @returns as `/v2`, or empty; variables have their defaults */
export const basePathOf = ({ servers }: Pick<OpenAPIObject, 'servers'>): string =>
  pathOf(Array.isArray(servers) ? servers[0] : undefined);

/** Whether operations are at a place that is not that of the document. */
export const hasOtherServer = (document: Pick<OpenAPIObject, 'servers'>, servers: unknown): boolean => {
  const [own, top] = [servers, document.servers].map((list) => (Array.isArray(list) ? list[0] : undefined));
  return isObject(own) && urlOf(own as unknown as ServerObject) !== urlOf(top);
};

function urlOf(server: ServerObject | undefined): string {
  const { url = '/', variables } = (isObject(server) ? server : {}) as Partial<ServerObject>;
  const defaultOf = (name: string) => (isObject(variables) ? variables[name]?.default : undefined);
  return String(url).replace(/\{([^}]*)\}/g, (whole, name: string) => String(defaultOf(name) ?? whole));
}

function pathOf(server: ServerObject | undefined): string {
  // A relative one is relative to where the document is, of which the path is all that counts here.
  const path = URL.parse(urlOf(server), 'http://here/')?.pathname ?? '';
  return /[{}]|%7[bd]/i.test(path) ? '' : path.replace(/\/+$/, '');
}
