/** Changes single parameters of a query, while all others keep their spelling. */

/**
 * @param target a path with or without a query
 * @param change gets each pair as it is written, and its decoded name; undefined removes it
 */
export function changeQuery(
  target: string,
  change: (pair: string, name: string) => string | undefined,
): string {
  const at = target.indexOf('?');
  if (at < 0) return target;
  const pairs = target
    .slice(at + 1)
    .split('&')
    .flatMap((pair) => change(pair, nameOf(pair)) ?? []);
  return pairs.length === 0 ? target.slice(0, at) : `${target.slice(0, at)}?${pairs.join('&')}`;
}

export const withoutParameters = (target: string, names: ReadonlySet<string>): string =>
  names.size === 0 ? target : changeQuery(target, (pair, name) => (names.has(name) ? undefined : pair));

const nameOf = (pair: string): string => [...new URLSearchParams(pair).keys()][0] ?? '';
