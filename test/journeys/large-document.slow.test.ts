/** A document with more operations than Swagger UI can show at once is shown in parts, in a real browser. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { Page } from 'playwright-core';
import { type Listening, listen } from '../../src/http/server/listen.ts';
import { generate } from '../bench/documents/generate.ts';
import { violations } from '../support/axe.ts';
import { describeInBrowser, keepPicture, openWatched } from '../support/browser.ts';
import { pagesApp } from '../support/pages-app.ts';

const PHONE = { viewport: { width: 390, height: 844 } };

/** 5 MB with 1,000 operations: 25 for each of 40 tags, or all without a tag. */
function large(hasTags: boolean): OpenAPIObject {
  const document = generate(1000, 5_000_000);
  const operations = Object.values(document.paths ?? {}).flatMap(({ get, post, put }) =>
    [get, post, put].filter((one) => one !== undefined),
  );
  if (hasTags) for (const [n, one] of operations.entries()) one.tags = [`Group ${Math.floor(n / 25)}`];
  for (const schema of Object.values(document.components?.schemas ?? {}))
    if ('properties' in schema) delete schema.properties?.next;
  return document;
}

describeInBrowser('A large document', (browser) => {
  let gateway: Listening | undefined;
  beforeAll(async () => {
    const services = [
      { name: 'tagged', document: large(true) },
      { name: 'untagged', document: { ...large(false), paths: elsewhere(large(false)) } },
    ];
    gateway = await listen(pagesApp({ services }), { port: 0, host: '127.0.0.1' });
  }, 60_000);
  afterAll(() => gateway?.close(0));

  const open = async (path: string, options = {}) => {
    const watched = await openWatched(browser(), `${gateway?.url}${path}`, options);
    const documents: { url: string; bytes: number }[] = [];
    watched.page.on('response', async (response) => {
      const { pathname, search } = new URL(response.url());
      if (pathname.startsWith('/openapi'))
        documents.push({ url: pathname + search, bytes: (await response.body()).length });
    });
    return { ...watched, documents };
  };
  const operations = (page: Page) => page.locator('.opblock').count();
  const part = (page: Page, name: string) => page.getByRole('link', { name, exact: true });

  describe.each([
    ['desktop', { viewport: { width: 1280, height: 800 } }],
    ['phone', PHONE],
    ['dark', { colorScheme: 'dark' }],
  ] as const)('%s', (name, look) => {
    it('is a list of its parts and shows one part at a time', async () => {
      const { page, complaints, documents } = await open('/docs?urls.primaryName=tagged', look);
      expect(await page.locator('.parts li').count()).toBe(40);
      expect(await operations(page)).toBe(0);
      expect(await violations(page)).toEqual([]);
      await keepPicture(page, `parts-${name}`);

      await part(page, 'Group 7 25 operations').click();
      await page.locator('.opblock').first().waitFor();
      expect(await operations(page)).toBe(25);
      expect(await violations(page, '#swagger-ui')).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
      await keepPicture(page, `part-${name}`);

      await page.getByText('Other parts').click();
      await keepPicture(page, `others-${name}`);
      await part(page, 'Group 8 25 operations').click();
      await page.waitForURL('**tag=Group+8');
      await page.locator('.opblock').first().waitFor();
      expect(await operations(page)).toBe(25);
      expect(await page.locator('.opblock-tag').getAttribute('data-tag')).toBe('Group 8');
      await page.goBack();
      await page.locator('[data-tag="Group 7"].opblock-tag').waitFor();

      const requested = new Set(documents.map(({ url }) => url));
      expect([...requested]).toEqual([
        '/openapi/tagged.json?tag=Group+7',
        '/openapi/tagged.json?tag=Group+8',
      ]);
      for (const { bytes } of documents) expect(bytes).toBeLessThan(250_000);
      expect(complaints).toEqual([]);
      await page.close();
    }, 60_000);
  });

  it('is divided by paths when it has no tags', async () => {
    const { page, documents } = await open('/docs?urls.primaryName=untagged', PHONE);
    expect(await page.locator('.parts li').count()).toBe(250);
    await part(page, 'untagged /other/things000042 4 operations').click();
    await page.locator('.opblock').first().waitFor();
    expect(await operations(page)).toBe(4);
    expect(documents.map(({ url }) => url)).toEqual([
      '/openapi/untagged.json?tag=untagged&path=%2Fother%2Fthings000042',
    ]);
    await page.close();
  }, 60_000);

  it('can be filtered with the keyboard alone', async () => {
    const { page } = await open('/docs?urls.primaryName=tagged');
    await page.getByLabel('Filter').focus();
    await page.keyboard.type('group 3');
    expect(await page.getByRole('status').textContent()).toBe('13 of 40');
    expect(await page.locator('.parts li:visible').count()).toBe(13);
    await page.keyboard.type('9');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**tag=Group+39');
    await page.locator('.opblock').first().waitFor();
    await page.close();
  }, 60_000);

  it('opens the part of an operation that a link refers to', async () => {
    const { page } = await open('/docs?urls.primaryName=tagged#/Group%204/list27');
    await page.getByRole('button', { name: 'Try it out' }).waitFor();
    expect(await page.locator('.opblock.is-open').getAttribute('id')).toContain('list27');
    expect(page.url()).toContain('tag=Group+4#/');
    await page.close();
  }, 60_000);

  it('lists its parts without JavaScript', async () => {
    const { page } = await open('/docs', { javaScriptEnabled: false });
    expect(await page.getByLabel('Filter').isVisible()).toBe(false);
    await page.getByLabel('Document').selectOption('tagged');
    await page.getByRole('button', { name: 'Show' }).click();
    await part(page, 'Group 7 25 operations').click();
    expect(new URL(page.url()).searchParams.get('tag')).toBe('Group 7');
    await page.close();
  }, 60_000);
});

/** The same operations at other paths. */
const elsewhere = ({ paths = {} }: OpenAPIObject): NonNullable<OpenAPIObject['paths']> =>
  Object.fromEntries(Object.entries(paths).map(([path, item]) => [`/other${path}`, item]));
