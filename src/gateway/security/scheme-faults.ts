/**
 * What is wrong with the schemes of `gateway.yaml`: a file of keys that cannot be read, or an issuer that does not respond.
 * Shown on `/status`, and as a warning on `/health`. A scheme may still work with what it had before.
 */
import type { HealthChecks } from '../../http/health.ts';
import type { Verifier } from '../../security/verifier.ts';

export interface SchemeFault {
  readonly scheme: string;
  readonly reason: string;
}

/** The reasons name files without their folders, and no addresses, because anyone may read them. */
export function schemeFaults(verifiers: ReadonlyMap<string, Verifier>): SchemeFault[] {
  return [...verifiers].flatMap(([scheme, verifier]) => {
    const reason = verifier.fault?.() ?? verifier.warning?.();
    return reason === undefined ? [] : [{ scheme, reason: withoutPlaces(reason) }];
  });
}

/** The reasons are not among the checks, because anyone may read them. */
export const schemeChecks = (faults: readonly SchemeFault[]): HealthChecks =>
  Object.fromEntries(
    faults.map(({ scheme }) => [
      `authentication:${scheme}`,
      [{ componentType: 'component', status: 'warn', observedValue: 'faulty' }] as const,
    ]),
  );

/** What follows the code of a system error: a host name, an address or a path. */
const AFTER_CODE = /\b(E[A-Z_]{3,})\b(?!\))[^;\n]*/g;
const ADDRESS = /\b[a-z]+:\/\/\S+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[[\da-f:.]+\](?::\d+)?/gi;

/** The folders of an absolute path. */
const FOLDERS = /(?<![\w/:])(?:\/[^\s/:]+)*\/(?=[^\s/:])/g;

const withoutPlaces = (reason: string): string =>
  reason.replaceAll(AFTER_CODE, '$1').replaceAll(ADDRESS, '…').replaceAll(FOLDERS, '');
