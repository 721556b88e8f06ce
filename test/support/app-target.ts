/** An app as the target of another service's calls, without a port. */
import type { Express } from 'express';
import request from 'supertest';
import type { JsonTarget } from '../../src/outbound/json.ts';

export const appTarget = (name: string, app: Express): JsonTarget => ({
  name,
  async send({ method, path, headers, body }) {
    const fields = Object.fromEntries(
      headers.flatMap((field, index) => (index % 2 === 0 ? [[field, headers[index + 1] ?? '']] : [])),
    );
    const call = method === 'GET' ? request(app).get(path) : request(app).post(path);
    const response = await call.set(fields).send(body?.toString()).buffer(true);
    return {
      status: response.status,
      header: (field) => response.headers[field],
      rawHeaders: Object.entries(response.headers as Record<string, string>).flat(),
      whole: async () => Buffer.from(response.text),
    };
  },
});
