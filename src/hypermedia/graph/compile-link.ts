/** Compiles Link Objects (OpenAPI 3.1 §4.8.20) when their document is loaded: their owner and their target. */
import type { LinkObject } from 'openapi3-ts/oas31';
import { fragmentTokens, pointerTokens } from '../../contract/json-pointer.ts';
import { compileExpression } from '../../openapi/runtime-expression.ts';
import type { GraphOperation, Link, Shape } from './model.ts';

/** `#/paths/~1orders~1{orderId}/get` → its path and its method. References to other documents have neither. */
export function operationAt(operationRef = ''): { path?: string | undefined; method?: string | undefined } {
  const [, path, method] = operationRef.startsWith('#/paths/') ? fragmentTokens(operationRef) : [];
  return { path, method: method?.toUpperCase() };
}

/** The shape that owns a link: that of the response or, for a list, that of its items. */
export function linkOwner<S extends Pick<Shape, 'itemsAt'> & { item?: S }>(
  responseShape: S | undefined,
  spec: LinkObject,
): { shape?: S | undefined; spec: LinkObject } {
  if (responseShape?.itemsAt === undefined) return { shape: responseShape, spec };
  // An array cannot have links, so the links of an array belong to its items.
  if (responseShape.itemsAt.length === 0) return { shape: responseShape.item, spec };
  const { 'x-each': each, ...link } = spec as LinkObject & { 'x-each'?: string };
  if (each !== `/${responseShape.itemsAt.join('/')}`) return { shape: responseShape, spec };
  const parameters = Object.entries(link.parameters ?? {}).map(([name, text]) => [
    name,
    String(text).replace(`#${each}/0/`, '#/'),
  ]);
  return { shape: responseShape.item, spec: { ...link, parameters: Object.fromEntries(parameters) } };
}

/** A name may include its location, as in `path.id` (OpenAPI 3.1 §4.8.20). */
const nameOf = (parameter: string): string => parameter.replace(/^(path|query)\./, '');

export function compileLink(rel: string, target: GraphOperation, spec: LinkObject): Link {
  const each: string | undefined = spec['x-each' as keyof LinkObject] as string | undefined;
  return {
    rel,
    target,
    parameters: Object.entries(spec.parameters ?? {}).map(([name, text]) => [
      nameOf(name),
      compileExpression(String(text), each),
    ]),
    parameterPointers: new Map(
      Object.entries(spec.parameters ?? {}).flatMap(([name, text]) => {
        const [, pointer] = /^\$response\.body#(\/.*)$/.exec(String(text)) ?? [];
        return pointer === undefined ? [] : [[nameOf(name), pointerTokens(pointer)] as const];
      }),
    ),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(each === undefined ? {} : { each: pointerTokens(each) }),
  };
}
