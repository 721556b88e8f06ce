/** Takes the body of a request that goes on as it arrives, never more of it than the limit. */
import type { IncomingMessage } from 'node:http';
import { Upload } from '../../http/body/upload.ts';
import { checkLength } from '../../http/body/whole-body.ts';

/** As it arrives; the stream fails with content-too-large (413). */
export const streamBody = (req: IncomingMessage, limit: number): Upload => {
  checkLength(req, limit);
  const upload = new Upload(limit);
  // A consumer is told when it fails; where there is none, that is no reason to end the process.
  upload.on('error', () => req.resume());
  req.once('close', () => {
    if (!req.complete) upload.destroy(new Error('The client left.'));
  });
  return req.pipe(upload);
};
