/** Whether credentials that were enough are so no more (OpenAPI 3.1 §4.8.30). */
import { isObject, type Json } from '../../gateway/document/grammar.ts';

export function isStricter(oldDocument: Json, old: Json, newDocument: Json, now: Json): boolean {
  const after = requirementsOf(newDocument, now);
  return requirementsOf(oldDocument, old).some((had) => !after.some((needs) => isEnough(had, needs)));
}

/** What an operation says itself goes before what its document says; nothing at all is one that needs nothing. */
function requirementsOf(document: Json, operation: Json): Json[] {
  const given = operation.security ?? document.security;
  const requirements = Array.isArray(given) ? given.filter(isObject) : [];
  return requirements.length > 0 ? requirements : [{}];
}

const isEnough = (had: Json, needs: Json): boolean =>
  Object.entries(needs).every(([scheme, scopes]) => {
    const granted = had[scheme];
    return (
      Array.isArray(granted) && Array.isArray(scopes) && scopes.every((scope) => granted.includes(scope))
    );
  });
