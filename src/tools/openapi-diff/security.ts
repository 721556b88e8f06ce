/** Whether credentials that were sufficient no longer are (OpenAPI 3.1 §4.8.30). */
import type { Json } from '../../openapi/load/grammar.ts';
import { requirementsOf } from '../../openapi/security.ts';

export function isStricter(oldDocument: Json, old: Json, newDocument: Json, now: Json): boolean {
  const after = requirementsOf(newDocument, now);
  return requirementsOf(oldDocument, old).some((had) => !after.some((needs) => isEnough(had, needs)));
}

const isEnough = (had: Json, needs: Json): boolean =>
  Object.entries(needs).every(([scheme, scopes]) => {
    const granted = had[scheme];
    return (
      Array.isArray(granted) && Array.isArray(scopes) && scopes.every((scope) => granted.includes(scope))
    );
  });
