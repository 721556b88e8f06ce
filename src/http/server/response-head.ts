/**
 * Lets steps change the head of a response when it is written, whichever step writes it. A property of the response with a
 * function of its own would be simpler, but V8 then keeps finished responses until the next full garbage collection, which
 * costs half as much again for each request.
 */
import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';

/**
 * Changes raw headers in place: name, value, … Headers that were set on the response itself are not among them. Use a
 * function that many requests share.
 */
export type HeadHook = (req: IncomingMessage, res: ServerResponse, head: string[]) => void;

type Head = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** The responses of a listener. */
export class ListenerResponse extends ServerResponse {
  /** Undefined for most responses. */
  hooks: HeadHook[] | undefined = undefined;

  override writeHead(status: number, reason?: string | Head, headers?: Head): this {
    const { hooks } = this;
    if (hooks === undefined) return super.writeHead(status, reason as string, headers);
    // Later calls are those of Node.js.
    this.hooks = undefined;
    const [text, head] = changedHead(this, hooks, reason, headers);
    return super.writeHead(status, text as string, head);
  }
}

/** Hooks of responses that are not those of a listener. */
const HOOKS = Symbol('hooks');

interface WithHooks extends ServerResponse {
  [HOOKS]?: HeadHook[];
}

/** Hooks run in the order in which they were added. */
export function onHead(res: ServerResponse, hook: HeadHook): void {
  const known = res instanceof ListenerResponse ? res.hooks : (res as WithHooks)[HOOKS];
  if (known !== undefined) known.push(hook);
  else if (res instanceof ListenerResponse) res.hooks = [hook];
  else overrideWriteHead(res, [hook]);
}

/** Call it before Express gets a response, because Express replaces its prototype. */
export function keepHooks(res: ServerResponse): void {
  if (!(res instanceof ListenerResponse) || res.hooks === undefined) return;
  const { hooks } = res;
  res.hooks = undefined;
  overrideWriteHead(res, hooks);
}

function overrideWriteHead(res: WithHooks, hooks: HeadHook[]): void {
  const { writeHead } = res;
  res[HOOKS] = hooks;
  res.writeHead = (status: number, reason?: string | Head, headers?: Head) => {
    res.writeHead = writeHead;
    const [text, head] = changedHead(res, hooks, reason, headers);
    return res.writeHead(status, text as string, head);
  };
}

/** @returns the reason, if any, and raw headers; Node.js takes undefined for a missing reason */
function changedHead(
  res: ServerResponse,
  hooks: readonly HeadHook[],
  reason: string | Head | undefined,
  headers: Head | undefined,
): [reason: string | undefined, head: string[]] {
  const isText = typeof reason === 'string';
  const head = toRaw(isText ? headers : (reason ?? headers));
  for (const hook of hooks) hook(res.req, res, head);
  return [isText ? reason : undefined, head];
}

/** Raw headers in any form that `writeHead` accepts. */
function toRaw(headers: Head | undefined): string[] {
  if (headers === undefined) return [];
  if (!Array.isArray(headers))
    return Object.entries(headers).flatMap(([name, value]) =>
      [value ?? []].flat().flatMap((one) => [name, String(one)]),
    );
  // A list of names and values, or of pairs.
  return Array.isArray(headers[0]) ? headers.flat().map(String) : (headers.slice() as string[]);
}
