/** The origin of the gateway as the client of a page sees it. */
import type { Request } from 'express';
import { originOf } from '../proxy/origin.ts';

/** Whether the proxy in front of the gateway is trusted. `builtinPages` sets it. */
const isTrusted = ({ app, socket }: Request): boolean => app.get('trust proxy fn')(socket.remoteAddress, 0);

export const pageOrigin = (req: Request): string => originOf(req, isTrusted(req));
