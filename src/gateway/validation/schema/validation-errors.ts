/** Converts ajv errors to faults for the client. */
import type { ErrorObject } from 'ajv';
import { fragmentPointer, pointerTokens } from '../../../contract/json-pointer.ts';
import type { Fault } from '../../../contract/problem.ts';

/** The most faults of one response; more would not help the client. */
const MAX_FAULTS = 50;

export const faultsOf = (where: Fault['in'], errors: readonly ErrorObject[]): Fault[] =>
  dropOtherAlternatives(errors)
    .slice(0, MAX_FAULTS)
    .map((error) => ({ in: where, pointer: pointerOf(error), detail: detailOf(error) }));

/** The pointer of a missing or unknown property points at the property, not at its object. */
const pointerOf = ({ instancePath, params }: ErrorObject): string => {
  const property = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty;
  const tokens = pointerTokens(instancePath);
  return fragmentPointer(property === undefined ? tokens : [...tokens, String(property)]);
};

const detailOf = ({ keyword, params, message = 'is not valid' }: ErrorObject): string => {
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not a known property';
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'oneOf':
      return isPair(params.passingSchemas)
        ? `matches two of the alternatives, ${params.passingSchemas.map((index) => index + 1).join(' and ')}, and must match exactly one`
        : message;
    case 'false schema':
      return 'is not allowed';
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    default:
      return message;
  }
};

/** If two alternatives match, the errors of the other alternatives are irrelevant. */
function dropOtherAlternatives(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const places = errors
    .filter(({ params }) => isPair(params.passingSchemas))
    .map(({ schemaPath, instancePath }) => ({ path: `${schemaPath}/`, at: instancePath }));
  if (places.length === 0) return errors;
  return errors.filter(
    ({ schemaPath, instancePath }) =>
      !places.some(({ path, at }) => schemaPath.startsWith(path) && instancePath.startsWith(at)),
  );
}

const isPair = (value: unknown): value is readonly number[] => Array.isArray(value);
