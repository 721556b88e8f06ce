/** The known mix of requests, the same in every run. */
export interface Kind {
  readonly name: string;
  /** Whether it is lost without the service that is broken. */
  readonly needs: boolean;
  /** Whether a part of the answer is from there. */
  readonly hasPart?: boolean;
  /** Whether an answer to it is kept. */
  readonly isKept?: boolean;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: (n: number) => string;
  readonly headers?: (n: number) => Record<string, string>;
}

const ITEMS = 10;
const item = (n: number): string => String(n % ITEMS);
const body = { 'Content-Type': 'application/json' };

const kept: Kind = {
  name: 'GET, kept',
  needs: true,
  isKept: true,
  method: 'GET',
  path: (n) => `/items/${item(n)}`,
};
const fresh: Kind = { name: 'GET, never kept', needs: true, method: 'GET', path: (n) => `/stock/${n}` };
const put: Kind = {
  name: 'PUT',
  needs: true,
  method: 'PUT',
  path: (n) => `/items/put-${item(n)}`,
  headers: () => body,
};
const keyed: Kind = {
  ...{ name: 'POST with a key', needs: true, method: 'POST', path: () => '/reservations' },
  headers: (n) => ({ ...body, 'Idempotency-Key': `key-${n}` }),
};
const bare: Kind = {
  name: 'POST',
  needs: true,
  method: 'POST',
  path: () => '/reservations',
  headers: () => body,
};
const other: Kind = {
  name: 'GET elsewhere',
  needs: false,
  method: 'GET',
  path: (n) => `/accounts/${item(n)}`,
};
const part: Kind = {
  name: 'GET elsewhere, expanded',
  needs: false,
  hasPart: true,
  method: 'GET',
  path: (n) => `/accounts/${item(n)}?expand=item`,
};

/** One after the other, again and again: of twenty, one is a POST that nobody may repeat. */
export const MIX: readonly Kind[] = [
  ...[kept, fresh, other, put, fresh, kept, part, fresh, keyed, other],
  ...[fresh, kept, other, fresh, put, kept, part, fresh, bare, other],
];

export const BODY = JSON.stringify({ id: '1', name: 'One' });
