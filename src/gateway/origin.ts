/** Scheme and host as the caller sees them; reads `Host`, and `X-Forwarded-*` where proxies are trusted. */
import type { Request } from 'express';

const HOST = /^[A-Za-z0-9.\-[\]:]{1,255}$/;

export const originOf = (req: Request): string =>
  `${req.protocol}://${HOST.test(req.host ?? '') ? req.host : 'localhost'}`;
