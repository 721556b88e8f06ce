/** Every operation in Swagger UI is tried as a reader would try it: expand, Try it out, Execute. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { violations } from '../support/axe.ts';
import { describeInBrowser, openWatched } from '../support/browser.ts';
import { describeSamples } from '../support/samples.ts';
import { type System, startSystem } from '../support/system.ts';

describeSamples('With the sample services:', () => {
  describeInBrowser('Swagger UI', (browser) => {
    let system: System | undefined;
    beforeAll(async () => {
      system = await startSystem();
    }, 60_000);
    afterAll(() => system?.close());
    const url = (path = ''): string => `${system?.url}${path}`;

    it('runs every operation with its unchanged examples through the gateway that served it', async () => {
      const { page, complaints } = await openWatched(browser(), url('/docs'));
      const fetched = await fetch(url('/openapi.json'));
      const { paths } = (await fetched.json()) as OpenAPIObject;
      const expected = Object.values(paths ?? {})
        .flatMap((item) => Object.values(item))
        .flatMap(({ operationId }) => operationId ?? [])
        .sort();
      await page.waitForSelector('.opblock');
      const ids = await page.locator('.opblock').evaluateAll((blocks) => blocks.map(({ id }) => id));
      const tried: string[] = [];

      for (const id of ids) {
        const block = page.locator(`[id="${id}"]`);
        await block.locator('.opblock-summary-control').click();
        await block.getByRole('button', { name: 'Try it out' }).click();
        const sent = page.waitForResponse((response) => response.request().resourceType() === 'fetch');
        await block.getByRole('button', { name: 'Execute' }).click();
        const response = await sent;
        const shown = block.locator('.live-responses-table .response-col_status').last();

        const text = (await shown.textContent()) ?? '';
        expect(`${id} ${response.status()}`).toMatch(/ 2\d\d$/);
        expect(text).toContain(String(response.status()));
        expect(response.url().startsWith(url('/'))).toBe(true);
        // Every +json type is highlighted.
        const type = response.headers()['content-type'] ?? '';
        const body = block.locator('.live-responses-table .response-col_description pre.microlight').first();
        if (type.includes('json'))
          expect(await body.locator('code.language-json span').count()).toBeGreaterThan(0);
        tried.push((await block.locator('.opblock-summary-operation-id').textContent()) ?? '');
        await block.locator('.opblock-summary-control').click();
      }

      expect(tried.sort()).toEqual(expected);
      expect(complaints).toEqual([]);
      await page.close();
    }, 180_000);

    it('shows the document of the service that a link or the list of documents names', async () => {
      const { page, complaints } = await openWatched(browser(), url());
      await page.getByRole('link', { name: /^Open in Swagger UI ?: Orders$/ }).click();
      await page.waitForSelector('.opblock');
      expect(page.url()).toBe(url('/docs?urls.primaryName=orders'));
      const tags = () => page.locator('.opblock-tag').evaluateAll((all) => all.map((one) => one.dataset.tag));
      expect(await tags()).toEqual(['orders']);

      const list = page.getByLabel('Document');
      expect(await list.inputValue()).toBe('orders');
      await list.focus();
      await page.keyboard.press('c');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/docs?urls.primaryName=consumers');
      await page.waitForSelector('.opblock');
      expect(await tags()).toEqual(['consumers']);
      expect(await violations(page, '#swagger-ui')).toEqual([]);

      await list.selectOption('');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.locator('.opblock-tag').nth(2).waitFor();
      expect(await tags()).toEqual(expect.arrayContaining(['consumers', 'orders', 'restaurants']));
      expect(complaints).toEqual([]);
      await page.close();
    }, 60_000);

    it.each(['/docs', '/docs?urls.primaryName=orders', '/docs?tag=orders'])(
      'opens %s at the operation in the fragment of a link',
      async (path) => {
        const { page } = await openWatched(browser(), url(`${path}#/orders/getOrder`));
        await page.getByRole('button', { name: 'Try it out' }).waitFor();
        expect(await page.locator('.opblock.is-open').getAttribute('id')).toBe('operations-orders-getOrder');
        await page.close();
      },
      60_000,
    );
  });
});
