/**
 * A JSON Schema of `gateway.yaml` for completion and descriptions in editors. It is derived from the schema that validates
 * the file. Rules that JSON Schema cannot express, such as the existence of a named policy, are checked at the start.
 */
import { z } from 'zod';
import { gatewaySchema } from '../gateway-schema.ts';
import { SCHEME_KINDS } from '../policies/authentication.ts';
import { policySchema } from '../policies/policy.ts';

type Json = { [key: string]: Json | Json[] | string | number | boolean | undefined | string[] };

const POLICY_NAME_DESCRIPTION = 'The name of one of `policies`.';

const inputOf = (schema: z.ZodType): Json =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;

const withoutDialect = ({ $schema: _, ...rest }: Json): Json => rest;

/** A policy at any level: it inherits missing keys, including the kind of a breaker. */
function policy(): Json {
  const whole = withoutDialect(inputOf(policySchema));
  const { retry, breaker, ...rest } = whole.properties as Record<string, Json>;
  const kinds = ((breaker as Json).oneOf as Json[]).map(
    ({ properties }) => properties as Record<string, Json>,
  );
  const { kind, ...others } = Object.assign({}, ...kinds.toReversed()) as Record<string, Json>;
  const names = kinds.map((one) => (one.kind as Json).const as string);
  return {
    ...whole,
    properties: {
      ...rest,
      retry: { anyOf: [retry as Json, { const: false }, { const: 'off' }] },
      breaker: {
        type: 'object',
        additionalProperties: false,
        properties: { ...others, kind: { description: (kind as Json).description, enum: names } },
      },
    },
  };
}

/** The schema of the file, with references for repeated parts. */
export function editorSchema(): Json {
  const schema = inputOf(gatewaySchema);
  const own = { $ref: '#/$defs/policy' };
  const named = { anyOf: [own, { type: 'string', description: POLICY_NAME_DESCRIPTION }] };
  const properties = schema.properties as Record<string, Json>;
  const service = ((properties.services as Json).additionalProperties as Json).properties as Record<
    string,
    Json
  >;
  const operation = ((service.operations as Json).additionalProperties as Json).properties as Record<
    string,
    Json
  >;
  Object.assign(operation, { policy: named });
  Object.assign(service, { policy: { ...(service.policy as Json), ...named } });
  Object.assign(properties, {
    policy: {
      ...own,
      description: 'Time limits, retries, bulkhead and circuit breaker of calls to services.',
    },
    policies: { ...(properties.policies as Json), additionalProperties: own },
  });
  const authentication = (properties.authentication as Json).properties as Record<string, Json>;
  Object.assign(authentication.schemes as Json, {
    additionalProperties: { anyOf: SCHEME_KINDS.map(([, kind]) => withoutDialect(inputOf(kind))) },
  });
  return { ...schema, title: 'gateway.yaml of linkway', $defs: { policy: policy() } };
}
