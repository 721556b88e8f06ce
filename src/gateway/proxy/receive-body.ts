/** Receives a request body that is streamed to the service, up to a limit. */
import type { IncomingMessage } from 'node:http';
import type { HeldBody } from '../../http/body/held-bodies.ts';
import { Upload } from '../../http/body/upload.ts';
import { checkLength } from '../../http/body/whole-body.ts';

/** Streams the body. The stream fails with content-too-large (413) or overloaded (503). */
export const streamBody = (req: IncomingMessage, limit: number, held: HeldBody): Upload => {
  checkLength(req, limit);
  const upload = new Upload(limit, held);
  // Consumers receive the error; without a consumer it must not end the process.
  upload.on('error', () => req.resume());
  req.once('close', () => {
    if (!req.complete) upload.destroy(new Error('The client disconnected.'));
  });
  return req.pipe(upload);
};
