/** Idempotency keys in memory, for a service without a database. */
import type { IdempotencyKey, KeptAnswer } from '../../src/storage/idempotency-keys.ts';

export function memoryKeys() {
  const kept = new Map<string, KeptAnswer>();
  const name = ({ caller, key }: IdempotencyKey) => `${caller} ${key}`;
  return {
    find: async (key: IdempotencyKey) => kept.get(name(key)),
    async keep(key: IdempotencyKey, answer: KeptAnswer) {
      const isNew = !kept.has(name(key));
      if (isNew) kept.set(name(key), answer);
      return isNew;
    },
  };
}
