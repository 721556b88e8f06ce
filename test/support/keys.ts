/** Stores idempotency keys in memory, for a service without a database. */
import type { IdempotencyKey, StoredResult } from '../../src/storage/idempotency-keys.ts';

export function memoryKeys() {
  const stored: (IdempotencyKey & { readonly result: StoredResult })[] = [];
  const find = ({ caller, key, subject }: IdempotencyKey) => {
    const found = stored.filter((one) => one.key === key);
    const one =
      found.find((other) => other.caller === caller) ??
      found.find((other) => subject !== undefined && other.subject === subject);
    return one && { ...one.result, isOwn: one.caller === caller };
  };
  return {
    find: async (key: IdempotencyKey) => find(key),
    async keep(key: IdempotencyKey, result: StoredResult) {
      const isNew = find(key) === undefined;
      if (isNew) stored.push({ ...key, result });
      return isNew;
    },
  };
}
