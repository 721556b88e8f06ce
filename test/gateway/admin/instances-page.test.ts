/** The buttons of the admin listener in a real browser. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { violations } from '../../support/axe.ts';
import { describeInBrowser, openWatched } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { testLog } from '../../support/log.ts';

const DOCUMENT = `openapi: 3.1.0
info: { title: Things, version: 1.0.0 }
paths: { /things: { get: { operationId: listThings, responses: { '200': { description: Things. } } } } }
`;
const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 360, height: 740 } },
] as const;

/** Over plain HTTP, a browser sends fewer headers to addresses other than loopback. */
const HOSTS = [
  '127.0.0.1',
  ...Object.values(networkInterfaces())
    .flatMap((some) => some ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
    .slice(0, 1),
];

describeInBrowser('The instances of a service', (browser) => {
  let folder: string;
  let gateway: StartedGateway;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linkway-'));
    await writeFile(join(folder, 'things.yaml'), DOCUMENT);
    const file = join(folder, 'gateway.yaml');
    const urls = '["http://127.0.0.1:1", "http://127.0.0.1:2"]';
    await writeFile(
      file,
      `admin: { port: 0, host: 0.0.0.0 }\nservices: { things: { document: things.yaml, url: ${urls} } }\n`,
    );
    gateway = await startGateway({ config: configFile(file), port: 0, host: '127.0.0.1', log: testLog() });
  });
  afterAll(async () => {
    await gateway.close();
    await rm(folder, { recursive: true });
  });
  const urlAt = (host: string) =>
    `http://${host}:${new URL(gateway.adminUrl ?? '').port}/status/services/things`;

  it.each(HOSTS)(
    'Instances can be isolated and reset with the keyboard at %s',
    async (host) => {
      const { page, complaints } = await openWatched(browser(), urlAt(host));
      await page.getByRole('button', { name: 'Isolate instance 2' }).focus();
      await page.keyboard.press('Enter');
      await page.getByText('isolated since').waitFor();
      expect(page.url()).toBe(`${urlAt(host)}#instances`);
      const focused = page.locator(':focus');
      expect(await focused.getAttribute('aria-labelledby')).toBe('instances-caption');
      expect(await focused.textContent()).toContain('isolated since');
      await page.getByRole('button', { name: 'Reset instance 2' }).focus();
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Isolate instance 2' }).waitFor();
      // Chromium logs this for everything that comes over plain HTTP from other addresses.
      expect(complaints.filter((one) => !one.includes('Cross-Origin-Opener-Policy'))).toEqual([]);
      await page.close();
    },
    30_000,
  );

  it('Buttons keep the focus while the page is updated', async () => {
    const { page } = await openWatched(browser(), urlAt('127.0.0.1'));
    const button = page.getByRole('button', { name: 'Isolate instance 1' });
    await button.focus();
    // The page shows actions of other operators without a reload.
    const press = (action: string) =>
      fetch(`${urlAt('127.0.0.1')}/instances/2/${action}`, { method: 'POST' });
    expect((await press('isolate')).ok).toBe(true);
    await page.getByText('isolated since').waitFor();
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Isolate instance 1');
    expect((await press('reset')).ok).toBe(true);
    await page.getByText('isolated since').waitFor({ state: 'detached' });
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Isolate instance 1');
    await page.close();
  }, 30_000);

  it.each(LOOKS)(
    'The page is accessible: $name',
    async ({ name: _, ...look }) => {
      const { page } = await openWatched(browser(), urlAt('127.0.0.1'), look);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
      await page.close();
    },
    30_000,
  );

  it('On a phone, the state of an instance is fully visible within its card', async () => {
    const long = 'ejected after failures, until';
    const pageText = async () =>
      (await fetch(urlAt('127.0.0.1'), { headers: { Accept: 'text/html' } })).text();
    await eventually('an instance is left alone', async () => {
      await (await fetch(`${gateway.url}/things`)).text();
      return (await pageText()).includes(long);
    });
    const { page } = await openWatched(browser(), urlAt('127.0.0.1'), LOOKS[2]);
    const outside = await page.locator('td .state').evaluateAll((states) =>
      states.flatMap((state) => {
        const row = state.closest('tr') as Element;
        const edge =
          row.getBoundingClientRect().right - Number.parseFloat(getComputedStyle(row).paddingRight);
        return state.getBoundingClientRect().right > edge + 0.5 ? [state.textContent] : [];
      }),
    );
    expect(outside).toEqual([]);
    expect(await page.getByText(long).count()).toBeGreaterThan(0);
    await page.close();
  }, 30_000);
});
