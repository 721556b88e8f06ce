/** Why a changed configuration or document is not in use, so that the previous one still is. */
import { basename } from 'node:path';
import { redact } from '../observability/redact.ts';
import type { ConfigError } from './config-error.ts';

export interface RejectedConfig {
  /** ISO 8601 time at which the fault was first seen. */
  readonly since: string;
  /** One line without folders and hosts. */
  readonly reason: string;
}

/** @param places files and URLs that the error may name @param before an earlier one: the same reason is not new */
export function rejectedConfig(
  { message }: ConfigError,
  places: readonly string[],
  before?: RejectedConfig,
): RejectedConfig {
  const reason = redact(
    places.reduce((text, place) => text.replaceAll(place, basename(place)), message),
  ).replaceAll('\n', '; ');
  return before?.reason === reason ? before : { since: new Date().toISOString(), reason };
}
