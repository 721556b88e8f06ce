/** Offers a person to sign in where credentials are missing that a sign-in gives. */
import type { IncomingMessage } from 'node:http';
import type { AuthenticationConfig } from '../../config/policies/authentication.ts';
import type { Problem } from '../../contract/problem.ts';
import { authenticationRequired } from '../../contract/problems.ts';
import type { PathLookup, ProblemLinks } from '../../http/problems/problem-links.ts';
import { requestTarget } from '../../http/uri/request-target.ts';
import { signInLink } from '../../security/sign-in/paths.ts';
import { findExchange } from '../exchange.ts';
import type { GatewaySecurity } from './gateway-security.ts';

export interface SignInLinkOptions {
  readonly config: Pick<AuthenticationConfig, 'browser' | 'pages'>;
  readonly security: Pick<GatewaySecurity, 'of'>;
  readonly paths: PathLookup;
}

export type LinksOf = (problem: Problem, req: IncomingMessage) => ProblemLinks;

const EXPLORER = '/explorer';
const MAX_LENGTH = 1000;

/** @returns undefined if sign-in is not configured */
export function signInLinks({ config, security, paths }: SignInLinkOptions): LinksOf | undefined {
  const { browser, pages = [] } = config;
  if (browser === undefined) return undefined;
  const isAcceptedByPages = pages.some((requirement) => Object.hasOwn(requirement, browser.scheme));
  const isAccepted = (req: IncomingMessage): boolean => {
    const exchange = findExchange(req);
    if (exchange === undefined) return isAcceptedByPages;
    const requirements = security.of(exchange.operation)?.requirements ?? [];
    return requirements.some((requirement) => requirement.some(({ scheme }) => scheme === browser.scheme));
  };
  return (problem, req) =>
    problem.type === authenticationRequired && isAccepted(req)
      ? { 'sign-in': signInLink(returnPath(req, paths)) }
      : {};
}

/** The page to show afterwards: the one that was refused, if it can be read. */
function returnPath(req: IncomingMessage, paths: PathLookup): string {
  const url = requestTarget(req);
  if (url.length > MAX_LENGTH) return EXPLORER;
  const { method } = req;
  if (method === 'GET' || method === 'HEAD') return url;
  const [path = ''] = url.split('?', 1);
  return paths.find('GET', path) === undefined ? EXPLORER : path;
}
