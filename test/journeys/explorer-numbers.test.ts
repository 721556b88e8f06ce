/** Numbers that JavaScript cannot represent, in the forms and the raw exchange of the explorer. */
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { createPages } from '../../src/gateway/portal/pages.ts';
import { describeInBrowser, openWatched } from '../support/browser.ts';
import { document, startGateway } from '../support/gateway.ts';
import { live } from '../support/live.ts';

const BALANCE = '12345678901234567890';
const ACCOUNT = `{"2":"b","1":"a","id":"x","balance":${BALANCE},"rate":1.10}`;

const schema = {
  type: 'object',
  properties: { id: { type: 'string' }, balance: { type: 'integer' }, rate: { type: 'number' } },
};
const change = {
  type: 'object',
  required: ['balance', 'rate'],
  properties: { balance: { type: 'integer' }, rate: { type: 'number' } },
};
const json = (of: object) => ({ 'application/json': { schema: of } });
const parameters = { id: '$response.body#/id' };
const bank = document({
  '/accounts/{id}': {
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    get: {
      operationId: 'getAccount',
      responses: {
        200: {
          description: 'Found.',
          content: json(schema),
          links: {
            self: { operationId: 'getAccount', parameters },
            change: { operationId: 'changeAccount', parameters },
          },
        },
      },
    },
  },
  '/accounts/{id}/change': {
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    post: {
      operationId: 'changeAccount',
      summary: 'Change the account',
      requestBody: { required: true, content: json(change) },
      responses: { 200: { description: 'Changed.', content: json(schema) } },
    },
  },
});

describeInBrowser('The explorer', (browser) => {
  it('shows and sends numbers and members unchanged', async () => {
    const pages = createPages({
      services: [{ name: 'bank', document: bank }],
      status: () => [],
      isDraining: () => false,
      live: live(),
    });
    const gateway = await startGateway({ bank }, { pages });
    const sent: string[] = [];
    const service = gateway.services.bank;
    if (service === undefined) throw new Error('no service');
    service.respond = async (req, res) => {
      if (req.method === 'POST') sent.push(await text(req));
      res.setHeader('Content-Type', 'application/json').end(ACCOUNT);
    };
    const { page, complaints } = await openWatched(browser(), `${gateway.url}/accounts/x`);
    page.setDefaultTimeout(15_000);

    await page.getByText('The raw exchange').click();
    await page.getByRole('button', { name: 'Copy as curl' }).waitFor();
    const shown = (await page.locator('[data-raw="body"]').textContent()) ?? '';
    expect(shown.replaceAll(/\s/g, '')).toContain(ACCOUNT.slice(0, -1));
    expect(shown).toMatch(/^\{\n {2}"2": "b",\n {2}"1": "a",\n/);

    await page.getByText('Change the account').first().click();
    await page.getByRole('button', { name: 'Change the account' }).click();
    await page.getByText('Account changed.').waitFor();
    expect(sent).toEqual([`{"balance":${BALANCE},"rate":1.10}`]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
