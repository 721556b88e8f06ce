/**
 * How long a part may still be kept (RFC 9111 §4.2): the whole has no `Age` that would tell how old the part is. All
 * lines of `Cache-Control` count, as one that says `private` may be the second.
 */
import { ageOf } from '../../http/cache-control.ts';
import { fieldOf } from '../../http/raw-headers.ts';
import type { UpstreamAnswer } from '../../outbound/answer.ts';

export function remaining({ rawHeaders }: Pick<UpstreamAnswer, 'rawHeaders'>): string | undefined {
  const age = ageOf(fieldOf(rawHeaders, 'age'));
  return fieldOf(rawHeaders, 'cache-control')?.replaceAll(
    /(?<![\w-])(max-age|s-maxage)=(\d+)/gi,
    (_, name: string, seconds: string) => `${name}=${Math.max(0, Number(seconds) - age)}`,
  );
}
