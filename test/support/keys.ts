/** Idempotency keys in memory, for a service without a database. */
import type { IdempotencyKey, KeptAnswer } from '../../src/storage/idempotency-keys.ts';

export function memoryKeys() {
  const kept: (IdempotencyKey & { readonly answer: KeptAnswer })[] = [];
  const find = ({ caller, key, subject }: IdempotencyKey) => {
    const found = kept.filter((one) => one.key === key);
    const one =
      found.find((other) => other.caller === caller) ??
      found.find((other) => subject !== undefined && other.subject === subject);
    return one && { ...one.answer, isOwn: one.caller === caller };
  };
  return {
    find: async (key: IdempotencyKey) => find(key),
    async keep(key: IdempotencyKey, answer: KeptAnswer) {
      const isNew = find(key) === undefined;
      if (isNew) kept.push({ ...key, answer });
      return isNew;
    },
  };
}
