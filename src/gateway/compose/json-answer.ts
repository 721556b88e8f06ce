/** Answers of services, as far as they are read here. */
import { Problem } from '../../contract/problem.ts';
import { badGateway } from '../../contract/problems.ts';
import type { UpstreamAnswer } from '../../outbound/answer.ts';
import { CallFailure } from '../../outbound/call-failure.ts';
import { brokenOff } from '../../outbound/explain.ts';

/** Most bytes that are taken of one answer. */
const MAX_ANSWER = 10 * 1024 ** 2;

export const isJson = (answer: UpstreamAnswer): boolean =>
  /[/+]json\b/.test(answer.header('content-type') ?? '') && answer.header('content-encoding') === undefined;

export const mediaTypeOf = (answer: UpstreamAnswer): string | undefined =>
  answer.header('content-type')?.split(';', 1)[0]?.trim();

/** @throws Problem bad-gateway (502) for what is broken, or too large, upstream-timeout (504) for what comes too late */
export async function readJson(answer: UpstreamAnswer): Promise<unknown> {
  try {
    return JSON.parse((await answer.whole(MAX_ANSWER)).toString());
  } catch (cause) {
    if (cause instanceof CallFailure) throw brokenOff(cause);
    throw new Problem(badGateway, 'What the service answered could not be read.', { cause });
  }
}

/** @returns undefined for what is no JSON, whatever it says of itself */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
