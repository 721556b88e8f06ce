/**
 * Requests and answers that are born as those of an Express app. Express makes them so for each request by
 * `Object.setPrototypeOf`, which costs V8 what it knows of the object, here and in every place that it reaches after;
 * where they have that prototype already, the same call does nothing.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

/** Has the shape of `http.createServer`'s options. */
export class AppPrototypes {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;

  constructor() {
    this.IncomingMessage = heir(IncomingMessage);
    this.ServerResponse = heir(ServerResponse);
  }

  /** Those that come from now on are of this app; another app may still take them. */
  follow({ request, response }: Pick<Express, 'request' | 'response'>): void {
    this.IncomingMessage.prototype = request;
    this.ServerResponse.prototype = response;
  }
}

/** Not `extends`: the prototype of a class cannot be another. */
function heir<Parent extends typeof IncomingMessage | typeof ServerResponse>(parent: Parent): Parent {
  function Heir(this: object, ...args: unknown[]): void {
    (parent as unknown as (this: object, ...args: unknown[]) => void).apply(this, args);
  }
  Heir.prototype = parent.prototype;
  return Heir as unknown as Parent;
}
