/**
 * Compiles each referenced schema when a value reaches it first. ajv would compile a schema together with
 * everything that it refers to, which may be thousands of schemas that no value ever reaches.
 */
import { _, type Ajv2020, type KeywordCxt, type ValidateFunction } from 'ajv/dist/2020.js';
import { callRef } from 'ajv/dist/vocabularies/core/ref.js';
import type { AjvSchema } from './schema-graph.ts';

/** Thrown for a schema that cannot be compiled. */
export class CompilationError extends Error {}

/** The validator of one schema. */
export interface Validator {
  /** Replaced by the compiled function. Errors are read from the current function after the call. */
  validate: ValidateFunction;
  /** @throws CompilationError for a schema that ajv rejects */
  compile(): void;
}

/**
 * @param schemaOf finds a schema by the id in its `$ref`
 * @param onWork called after each compilation
 * @returns a function that finds a validator by id; a call of the validator throws CompilationError for a schema
 * that ajv rejects
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
  // ajv need not track evaluated members: see `unevaluated.ts`.
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
