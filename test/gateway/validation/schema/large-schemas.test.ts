/** Schemas of thousands of parts are checked as declared, and the work is spread over turns of the event loop. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SchemaReferences } from '../../../../src/gateway/validation/schema/schema-references.ts';
import { referenceSchema, Schemas } from '../../../../src/gateway/validation/schema/schemas.ts';
import { type TimeSlice, TimeSliceExceeded } from '../../../../src/gateway/validation/schema/time-slice.ts';
import type { DocumentFault } from '../../../../src/openapi/load/document-fault.ts';
import type { Json } from '../../../../src/openapi/load/grammar.ts';

const MANY = 160;
const times = <T>(make: (index: number) => T): T[] => Array.from({ length: MANY }, (_, index) => make(index));
const named = <T>(prefix: string, make: (index: number) => T): Record<string, T> =>
  Object.fromEntries(times((index) => [`${prefix}${index}`, make(index)]));
const last = MANY - 1;

/** @param checkpoint called after each piece of work */
function checkOf(schemas: Json, checkpoint?: () => void) {
  const document: Json = { openapi: '3.1.0', paths: {}, components: { schemas } };
  const faults: DocumentFault[] = [];
  const schemaSet = new Schemas(
    document,
    (fault) => faults.push(fault),
    false,
    'request',
    new SchemaReferences(document),
    undefined,
    checkpoint && ({ checkpoint } as TimeSlice),
  );
  return { check: schemaSet.checkJson(referenceSchema('#/components/schemas/S0'), '#/x'), faults };
}

const isAccepted = (schemas: Json, value: unknown): boolean => {
  const { check, faults } = checkOf(schemas);
  const errors = check(value, 100);
  expect(faults).toEqual([]);
  return errors.length === 0;
};

interface Case {
  readonly schemas: Json;
  readonly accepted: readonly unknown[];
  readonly rejected: readonly unknown[];
}

const int = { type: 'integer' };
const cases: Record<string, Case> = {
  properties: {
    schemas: { S0: { properties: named('p', () => int), additionalProperties: false } },
    accepted: [{}, { p0: 1, [`p${last}`]: 2 }],
    rejected: [{ p0: 'x' }, { [`p${last}`]: 'x' }, { q: 1 }],
  },
  'properties with properties': {
    schemas: { S0: { properties: named('p', () => ({ required: ['a'], properties: { a: int } })) } },
    accepted: [{ p3: { a: 1 } }, { q: 1 }],
    rejected: [{ p3: {} }, { [`p${last}`]: { a: 'x' } }],
  },
  patternProperties: {
    schemas: {
      S0: {
        properties: { own: int },
        patternProperties: named('^p+', () => int),
        additionalProperties: { type: 'string' },
      },
    },
    accepted: [{ [`pp${last}`]: 1, own: 1, other: 'x' }],
    rejected: [{ [`pp${last}`]: 'x' }, { own: 'x' }, { other: 1 }],
  },
  dependentSchemas: {
    schemas: { S0: { dependentSchemas: named('p', (index) => ({ required: [`q${index}`] })) } },
    accepted: [{}, { p7: 1, q7: 1 }],
    rejected: [{ p7: 1 }, { [`p${last}`]: 1, q0: 1 }],
  },
  dependentRequired: {
    schemas: { S0: { dependentRequired: named('p', (index) => [`q${index}`, 'r']) } },
    accepted: [{}, { p7: 1, q7: 1, r: 1 }],
    rejected: [
      { p7: 1, q7: 1 },
      { [`p${last}`]: 1, r: 1 },
    ],
  },
  allOf: {
    schemas: { S0: { allOf: times((index) => ({ not: { const: index } })) } },
    accepted: [-1, MANY],
    rejected: [0, last],
  },
  anyOf: {
    schemas: { S0: { anyOf: times((index) => ({ const: index })) } },
    accepted: [0, last],
    rejected: [-1, MANY],
  },
  oneOf: {
    // 5 matches two schemas of one part of the list, 7 two of different parts, 9 three.
    schemas: {
      S0: {
        oneOf: times((index) => ({ enum: [index, { 6: 5, 10: 9, [last]: 9, 100: 7 }[index] ?? index] })),
      },
    },
    accepted: [0, 6, last],
    rejected: [-1, 5, 7, 9, MANY],
  },
  prefixItems: {
    schemas: { S0: { prefixItems: times((index) => ({ const: index })), items: false } },
    accepted: [[], [0, 1], times((index) => index)],
    rejected: [[1], [...times((index) => index).slice(0, -1), 0], times((index) => index).concat(1)],
  },
  'schemas in schemas': {
    schemas: { S0: times((index) => index).reduce<Json>((items) => ({ type: 'array', items }), int) },
    accepted: [[], times((index) => index).reduce<unknown>((value) => [value], 1)],
    rejected: [1, [1], times((index) => index).reduce<unknown>((value) => [value], 'x')],
  },
  'schemas that refer to each other': {
    schemas: named('S', (index) => ({
      required: ['own'],
      properties: { own: int, next: { $ref: `#/components/schemas/S${(index + 1) % MANY}` } },
    })),
    accepted: [{ own: 1 }, { own: 1, next: { own: 2, next: { own: 3 } } }],
    rejected: [{}, { own: 1, next: { own: 2, next: { own: 'x' } } }],
  },
  'what is left by a long list of alternatives': {
    schemas: {
      S0: {
        anyOf: times((index) => ({ required: [`p${index}`], properties: { [`p${index}`]: int } })),
        unevaluatedProperties: false,
      },
    },
    accepted: [{ p0: 1 }, { [`p${last}`]: 1, p3: 2 }],
    rejected: [{}, { p0: 1, other: 1 }],
  },
};

describe.each(Object.entries(cases))('Hundreds of %s', (_, { schemas, accepted, rejected }) => {
  it('are checked as declared', () => {
    expect(accepted.filter((value) => !isAccepted(schemas, value))).toEqual([]);
    expect(rejected.filter((value) => isAccepted(schemas, value))).toEqual([]);
  });

  it('are checked in small steps whose results are cached', async () => {
    let mayWork = 0;
    let turns = 0;
    const { check } = checkOf(schemas, () => {
      if (--mayWork < 0) throw new TimeSliceExceeded();
    });
    const inTurns = async (value: unknown): Promise<boolean> => {
      for (;;) {
        // Two pieces of work per turn, of which the second exceeds the time slice.
        mayWork = 1;
        turns += 1;
        try {
          return check(value, 100).length === 0;
        } catch (error) {
          if (!(error instanceof TimeSliceExceeded)) throw error;
          await nextTurn();
        }
      }
    };
    for (const value of accepted) expect(await inTurns(value)).toBe(true);
    for (const value of rejected) expect(await inTurns(value)).toBe(false);
    expect(turns).toBeGreaterThan(accepted.length + rejected.length);
    const before = turns;
    for (const value of accepted) expect(await inTurns(value)).toBe(true);
    expect(turns).toBe(before + accepted.length);
  });
});

it('Only the schemas that a value reaches are compiled', () => {
  let work = 0;
  const { check } = checkOf(cases['schemas that refer to each other']?.schemas ?? {}, () => {
    work += 1;
  });
  check({ own: 1 }, 10);
  const first = work;
  check({ own: 1, next: { own: 2 } }, 10);
  expect(work - first).toBe(1);
});

describe('The schemas of a document', () => {
  const MOST = 300;
  const wide = { properties: named('p', () => int) };

  function checksOf(schemas: Json) {
    const document: Json = { openapi: '3.1.0', paths: {}, components: { schemas } };
    const faults: DocumentFault[] = [];
    const schemaSet = new Schemas(
      document,
      (fault) => faults.push(fault),
      false,
      'request',
      new SchemaReferences(document),
      undefined,
      undefined,
      MOST,
    );
    const checks = Object.keys(schemas).map((name) =>
      schemaSet.check(referenceSchema(`#/components/schemas/${name}`), 'json', `#/${name}`),
    );
    return { checks, faults };
  }

  it('are compiled again after eviction', () => {
    const { checks, faults } = checksOf(
      Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`S${index}`, wide])),
    );
    for (const check of [...checks, ...checks]) {
      expect(check({ p0: 1 })).toEqual([]);
      expect(check({ [`p${last}`]: 'x' })).toHaveLength(1);
    }
    expect(faults).toEqual([]);
  });

  it('are reported and not checked if they need too many others', () => {
    const several = Array.from({ length: 8 }, () => wide);
    const { checks, faults } = checksOf({ S0: wide, S1: { allOf: several }, S2: wide });
    expect(checks.map((check) => check({ p0: 'x' }).length)).toEqual([1, 0, 1]);
    expect(faults).toEqual([
      { pointer: '#/S1', reason: `is not checked: it needs more than ${MOST} schemas` },
    ]);
  });
});
