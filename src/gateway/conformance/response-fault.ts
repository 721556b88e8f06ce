/** Describes how a response deviates from its contract, without any value of its body. */
import { Problem } from '../../contract/problem.ts';
import { contractBroken } from '../../contract/problems.ts';

export type FaultKind = 'status' | 'media-type' | 'header' | 'body';

export interface ResponseFault {
  readonly kind: FaultKind;
  /** JSON Pointer to the header, or into the body, in URI fragment form (RFC 6901 §6). */
  readonly pointer?: string;
  readonly detail: string;
}

/** Names and indexes to show. Other names are hidden: they may be data, such as email addresses. */
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

/** A key that is the same for faults which differ only in list indexes. */
export const faultKey = ({ kind, pointer, detail }: ResponseFault): string =>
  [kind, pointer?.replaceAll(/\/\d+(?=\/|$)/g, `/${HIDDEN}`), detail].join(' ');

export const contractBrokenProblem = (service: string, errors: readonly ResponseFault[]): Problem =>
  new Problem(contractBroken, `The response of the service "${service}" does not match its contract.`, {
    extensions: { errors },
  });
