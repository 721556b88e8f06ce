/** The query of a request reaches a handler unchanged, or is refused. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { defineContract } from '../../src/contract/contract.ts';
import { operation } from '../../src/contract/operation.ts';
import { z } from '../../src/contract/schema.ts';
import { createLog } from '../../src/observability/log.ts';
import { createService } from '../../src/service/app.ts';
import { memoryKeys } from '../support/keys.ts';

const contract = defineContract({
  service: 'words',
  title: 'Words',
  description: 'Words that are looked for.',
  version: '1.0.0',
  operations: [
    operation({
      operationId: 'findWords',
      method: 'get',
      path: '/words',
      query: z.object({ q: z.string().optional() }),
      summary: 'Find words',
      responses: { 200: { description: 'What was looked for.', body: z.object({}) } },
    }),
  ],
});

const app = createService({
  contract,
  handlers: {
    findWords: async ({ query }) => ({ status: 200, body: { found: 'q' in query ? query.q : undefined } }),
  },
  getJson: async () => ({ status: 200, body: {} }),
  keys: memoryKeys(),
  log: createLog({ level: 'silent' }),
});

describe('Query at a service', () => {
  it.each([
    ['q=what?', 'what?'],
    ['q=a?b=c', 'a?b=c'],
    ['q=%3F+%25', '? %'],
    ['q=%C3%A9', 'é'],
    ['q=', ''],
  ])('The query %s is read completely', async (query, found) => {
    const { body } = await request(app).get(`/words?${query}`).expect(200);
    expect(body).toEqual({ found });
  });

  it.each(['q=100%', 'q=%zz', 'q=%E9', 'q=a?%ff'])(
    'The query %s is refused because it would be read as another text',
    async (query) => {
      const { body } = await request(app).get(`/words?${query}`).expect(400);
      expect(body).toMatchObject({
        type: '/problems/bad-request',
        detail: 'The query has broken percent-encoding.',
      });
    },
  );
});
