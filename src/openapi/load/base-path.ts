/** The base path of a document: the path of its first server (OpenAPI 3.1 §4.8.5). */
import type { OpenAPIObject, ServerObject } from 'openapi3-ts/oas31';
import { isObject } from './grammar.ts';

/** @returns a path such as `/v2`, or an empty string; variables have their default values */
export const basePathOf = ({ servers }: Pick<OpenAPIObject, 'servers'>): string =>
  pathOf(Array.isArray(servers) ? servers[0] : undefined);

/** Whether the servers of operations differ from the server of the document. */
export const hasOtherServer = (document: Pick<OpenAPIObject, 'servers'>, servers: unknown): boolean => {
  const [own, top] = [servers, document.servers].map((list) => (Array.isArray(list) ? list[0] : undefined));
  return isObject(own) && urlOf(own as unknown as ServerObject) !== urlOf(top);
};

function urlOf(server: ServerObject | undefined): string {
  const { url = '/', variables } = (isObject(server) ? server : {}) as Partial<ServerObject>;
  const defaultOf = (name: string) => (isObject(variables) ? variables[name]?.default : undefined);
  return String(url).replace(/\{([^}]*)\}/g, (placeholder, name: string) =>
    String(defaultOf(name) ?? placeholder),
  );
}

function pathOf(server: ServerObject | undefined): string {
  // A relative URL is relative to the document's URL. Only the path matters here.
  const path = URL.parse(urlOf(server), 'http://here/')?.pathname ?? '';
  return /[{}]|%7[bd]/i.test(path) ? '' : path.replace(/\/+$/, '');
}
