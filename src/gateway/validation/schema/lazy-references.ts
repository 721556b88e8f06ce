/**
 * Schemas that refer to each other, each compiled by itself when a value comes to it first: ajv compiles a schema with
 * all that it reaches, which of a large document may be thousands that no value ever comes to.
 */
import { _, type Ajv2020, type KeywordCxt, type ValidateFunction } from 'ajv/dist/2020.js';
import { callRef } from 'ajv/dist/vocabularies/core/ref.js';
import type { AjvSchema } from './schema-graph.ts';

/** What cannot be compiled. */
export class CompilationError extends Error {}

/** Of one schema. */
export interface Validator {
  /** Another function once it is compiled: its errors are read from what stands here after the call. */
  validate: ValidateFunction;
  /** @throws NotCompiled for what ajv does not take */
  compile(): void;
}

/**
 * @param schemaOf by the id that a `$ref` has
 * @param onWork called after each that is compiled
 * @returns the validator of a schema by its id; calling it throws NotCompiled for what ajv does not take
 */
export function lazyReferences(
  ajv: Ajv2020,
  schemaOf: (id: string) => AjvSchema,
  onWork: () => void,
): (id: string) => Validator {
  const validators = new Map<string, Validator>();
  const validatorOf = (id: string): Validator => {
    const known = validators.get(id);
    if (known) return known;
    const compileAndValidate = (value: unknown, context?: Parameters<ValidateFunction>[1]): boolean => {
      validator.compile();
      onWork();
      return validator.validate(value, context);
    };
    const validator: Validator = {
      validate: compileAndValidate as unknown as ValidateFunction,
      compile: () => {
        validator.validate = compileSchema(ajv, schemaOf(id));
      },
    };
    validators.set(id, validator);
    return validator;
  };
  // Nobody asks ajv what has been evaluated: see `unevaluated.ts`.
  ajv.opts.unevaluated = false;
  ajv.removeKeyword('$ref');
  ajv.addKeyword({
    keyword: '$ref',
    schemaType: 'string',
    before: 'type',
    code: (context: KeywordCxt) => {
      const target = context.gen.scopeValue('wrapper', { ref: validatorOf(context.schema) });
      callRef(context, _`${target}.validate`);
    },
  });
  return validatorOf;
}

function compileSchema(ajv: Ajv2020, schema: AjvSchema): ValidateFunction {
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new CompilationError((error as Error).message.split('\n', 1)[0]);
  }
}
