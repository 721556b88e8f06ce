/** The known mix of requests, the same in every run. */
export interface Kind {
  readonly name: string;
  /** Whether the request fails without the broken service. */
  readonly needs: boolean;
  /** Whether the response embeds a part from the broken service. */
  readonly hasPart?: boolean;
  /** Whether its response is cached. */
  readonly isCached?: boolean;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: (n: number) => string;
  readonly headers?: (n: number) => Record<string, string>;
}

const ITEMS = 10;
const item = (n: number): string => String(n % ITEMS);
const body = { 'Content-Type': 'application/json' };

const cached: Kind = {
  name: 'GET, cached',
  needs: true,
  isCached: true,
  method: 'GET',
  path: (n) => `/items/${item(n)}`,
};
const fresh: Kind = { name: 'GET, never cached', needs: true, method: 'GET', path: (n) => `/stock/${n}` };
const put: Kind = {
  name: 'PUT',
  needs: true,
  method: 'PUT',
  path: (n) => `/items/put-${item(n)}`,
  headers: () => body,
};
const keyed: Kind = {
  name: 'POST with a key',
  needs: true,
  method: 'POST',
  path: () => '/reservations',
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

/** The requests are sent in this order, in a loop. One of the twenty is a POST that must not be repeated. */
export const MIX: readonly Kind[] = [
  cached,
  fresh,
  other,
  put,
  fresh,
  cached,
  part,
  fresh,
  keyed,
  other,
  fresh,
  cached,
  other,
  fresh,
  put,
  cached,
  part,
  fresh,
  bare,
  other,
];

export const BODY = JSON.stringify({ id: '1', name: 'One' });
