import { expect, it } from '@jest/globals';
import request from 'supertest';
import { parse } from 'yaml';
import { mergeDocuments } from '../../../../src/openapi/merge/merge.ts';
import { pagesApp, sampleServices } from '../../../support/pages-app.ts';

const app = pagesApp();

it('The public document is available as JSON and YAML', async () => {
  const merged = JSON.parse(JSON.stringify(mergeDocuments(sampleServices)));
  const json = await request(app).get('/openapi.json').expect(200);
  const yaml = await request(app).get('/openapi.yaml').buffer(true).expect(200);

  expect(json.type).toBe('application/vnd.oai.openapi+json');
  expect(json.body).toEqual(merged);
  expect(yaml.type).toBe('application/yaml');
  expect(parse(yaml.text)).toEqual(merged);
});

it('The document of each service is available, and an unknown one is a problem', async () => {
  const { body } = await request(app).get('/openapi/consumers.json').expect(200);
  expect(body.info.title).toBe('Consumers');

  for (const path of ['/openapi/nobody.json', '/openapi/orders.txt', '/openapi/%2e%2e', '/openapi/__proto__'])
    await request(app)
      .get(path)
      .expect(404)
      .expect('Content-Type', /problem\+json/);
});
