/** How long a part may still be kept (RFC 9111 §4.2): the whole has no `Age` that would tell how old the part is. */
import type { UpstreamAnswer } from '../../outbound/answer.ts';

export function remaining(answer: Pick<UpstreamAnswer, 'header'>): string | undefined {
  const age = Number(answer.header('age') ?? 0);
  return answer
    .header('cache-control')
    ?.replace(/\bmax-age=(\d+)/i, (said, seconds) =>
      age > 0 ? `max-age=${Math.max(0, Number(seconds) - age)}` : said,
    );
}
