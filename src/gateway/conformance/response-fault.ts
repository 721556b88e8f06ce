/** How an answer differs from its contract, without a value of what it holds. */
import { Problem } from '../../contract/problem.ts';
import { contractBroken } from '../../contract/problems.ts';

export type FaultKind = 'status' | 'media-type' | 'header' | 'body';

export interface ResponseFault {
  readonly kind: FaultKind;
  /** JSON Pointer to the header, or into the body, in URI fragment form (RFC 6901 §6). */
  readonly pointer?: string;
  readonly detail: string;
}

/** Names and indexes; a body may have members that are named by data, such as addresses. */
const NAME = /^(?:[A-Za-z_$][\w$.-]{0,63}|\d{1,6})$/;
const HIDDEN = '*';

export const bodyFault = (pointer: string, detail: string): ResponseFault => ({
  kind: 'body',
  pointer: pointer
    .split('/')
    .map((token, depth) => (depth === 0 || NAME.test(token) ? token : HIDDEN))
    .join('/'),
  detail,
});

/** One for all that differ only in which item of a list has it. */
export const faultKey = ({ kind, pointer, detail }: ResponseFault): string =>
  [kind, pointer?.replaceAll(/\/\d+(?=\/|$)/g, `/${HIDDEN}`), detail].join(' ');

export const contractBrokenProblem = (service: string, errors: readonly ResponseFault[]): Problem =>
  new Problem(contractBroken, `The answer of the service "${service}" is not as its contract says.`, {
    extensions: { errors },
  });
