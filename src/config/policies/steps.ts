/** The section `steps` of `gateway.yaml`: code of the operator that runs before and after operations, and transformations. */
import { z } from 'zod';
import { duration } from '../units.ts';

/** A field name (RFC 9110 §5.1). */
const headerName = z.string().regex(/^[!#$%&'*+.^`|~\w-]+$/, 'expected the name of a header');
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'expected visible ASCII characters');

const headerChanges = z.strictObject({
  set: z.record(headerName, headerValue).default({}),
  remove: z.array(headerName).default([]),
  rename: z.record(headerName, headerName).default({}),
});

const parameterName = z.string().min(1);
const queryChanges = z.strictObject({
  set: z.record(parameterName, z.string()).default({}),
  remove: z.array(parameterName).default([]),
  rename: z.record(parameterName, parameterName).default({}),
});

const transformationSchema = z.strictObject({
  request: z.strictObject({ headers: headerChanges.optional(), query: queryChanges.optional() }).optional(),
  response: z.strictObject({ headers: headerChanges.optional() }).optional(),
});

const scope = {
  services: z.array(z.string()).min(1).optional(),
  operations: z.array(z.string()).min(1).optional(),
};

const fileStepSchema = z.strictObject({
  file: z.string().min(1),
  options: z.unknown().optional(),
  timeout: duration.default(1000),
  ...scope,
});

const transformStepSchema = z.strictObject({ transform: transformationSchema, ...scope });

export const stepsSchema = z
  .array(
    z.union(
      [
        z
          .string()
          .min(1)
          .transform((file) => fileStepSchema.parse({ file })),
        fileStepSchema,
        transformStepSchema,
      ],
      {
        error: 'expected a file, { file: … } or { transform: … }',
      },
    ),
  )
  .default([])
  .describe(
    'What runs before and after operations, in this order: `./my-step.ts`, a module of your own, or `{ transform: … }`, which changes headers and query parameters. `services` and `operations` limit a step to these.',
  );

export type StepConfig = z.output<typeof stepsSchema>[number];
export type Transformation = z.output<typeof transformationSchema>;
export type Changes = z.output<typeof headerChanges>;
