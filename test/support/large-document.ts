/** A document in the size of large APIs: megabytes, thousands of operations and schemas, most of it descriptions. */

const numbers = (many: number): number[] => Array.from({ length: many }, (_, index) => index);
const PROSE =
  'What this is for, in words that take as much room as they do in documents of large APIs. '.repeat(2);

/** About nine kilobytes for each of its operations. */
export function largeDocument(operations: number, openapi = '3.1.0'): object {
  const schema = (one: number, many: number): object => ({
    type: 'object',
    description: `${PROSE}${one}`,
    required: ['id', 'name'],
    properties: Object.fromEntries(
      numbers(many).map((member) => [
        ['id', 'name'][member] ?? `member${member}`,
        member % 7 === 6
          ? { $ref: `#/components/schemas/S${(one * 7 + member) % operations}` }
          : { type: 'string', description: PROSE, maxLength: 100, example: `a value of ${member}` },
      ]),
    ),
  });
  const parameter = (name: string, place: string) => ({
    name,
    in: place,
    required: place === 'path',
    description: PROSE,
    schema: { type: 'string' },
  });
  return {
    openapi,
    info: { title: 'Large', version: '1.0.0' },
    paths: Object.fromEntries(
      numbers(operations).map((one) => [
        `/large/r${one}/{id}`,
        {
          get: {
            operationId: `get${one}`,
            tags: [`tag${one % 50}`],
            summary: `Get ${one}`,
            description: PROSE,
            parameters: [
              parameter('id', 'path'),
              ...numbers(5).map((index) => parameter(`q${index}`, 'query')),
            ],
            responses: {
              200: {
                description: 'ok',
                content: { 'application/json': { schema: { $ref: `#/components/schemas/S${one}` } } },
              },
              404: { description: 'none', content: { 'application/json': { schema: schema(one, 4) } } },
            },
          },
        },
      ]),
    ),
    components: {
      schemas: Object.fromEntries(numbers(operations).map((one) => [`S${one}`, schema(one, 24)])),
    },
  };
}
