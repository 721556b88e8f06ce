/** The status page in a real browser, untouched, while a service goes down and comes back under load. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { configFile } from '../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../src/gateway/start.ts';
import { createLog } from '../../src/observability/log.ts';
import { violations } from '../support/axe.ts';
import { describeInBrowser, openWatched } from '../support/browser.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

const documentOf = (name: string, links: object) => ({
  openapi: '3.1.0',
  info: { title: name, version: '1.0.0' },
  paths: {
    [`/${name}/{id}`]: {
      get: {
        operationId: name,
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: {
            description: 'One.',
            links,
            content: {
              'application/json': { schema: { type: 'object', properties: { id: { type: 'string' } } } },
            },
          },
        },
      },
    },
  },
});
const toDishes = { dish: { operationId: 'dishes', parameters: { id: '$response.body#/id' } } };
/** Health checks that report calls to dishes, and to an address that the gateway does not know. */
const checks = Object.fromEntries(
  ['dishes', '10.1.2.3'].map((name) => [
    `${name}:responseTime`,
    [{ status: 'pass', observedValue: 3.4, observedUnit: 'ms' }],
  ]),
);
const respond: TestUpstream['respond'] = (_req, res) =>
  res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"id":"1"}');
const respondWithChecks: TestUpstream['respond'] = (req, res) =>
  req.url === '/health' ? res.end(JSON.stringify({ status: 'pass', checks })) : respond(req, res);

const desktop = { viewport: { width: 1280, height: 900 } };
const LOOKS: readonly BrowserContextOptions[] = [
  { ...desktop, colorScheme: 'light' },
  { ...desktop, colorScheme: 'dark' },
  { viewport: { width: 390, height: 800 }, colorScheme: 'light' },
  { viewport: { width: 390, height: 800 }, colorScheme: 'dark' },
];
const ALL_WORKING = 'All services are working.';
/** Often enough for a breaker to open at once, and rarely enough to leave the processor to the browser. */
const LOAD_EVERY_MS = 20;
const DOWN = 'Services with problems: dishes. The others are not affected.';

describeInBrowser('The status page', (browser) => {
  let folder: string;
  let services: Record<'dishes' | 'orders', TestUpstream>;
  let gateway: StartedGateway;
  let load: Promise<void>;
  let isLoaded: boolean;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linkway-'));
    services = { dishes: await startUpstream(respond), orders: await startUpstream(respond) };
    const policy = { retry: 'off', breaker: { kind: 'consecutive', failures: 3, halfOpenAfter: '300ms' } };
    const entries = Object.entries(services).map(([name, { url }]) => [
      name,
      { document: `${name}.json`, url, health: { path: '/health', every: '100ms' } },
    ]);
    await writeFile(join(folder, 'dishes.json'), JSON.stringify(documentOf('dishes', {})));
    await writeFile(join(folder, 'orders.json'), JSON.stringify(documentOf('orders', toDishes)));
    const file = join(folder, 'gateway.yaml');
    await writeFile(file, JSON.stringify({ policy, services: Object.fromEntries(entries) }));
    const log = createLog({ level: 'silent' });
    gateway = await startGateway({ config: configFile(file), port: 0, host: '127.0.0.1', log });
    isLoaded = true;
    load = (async () => {
      for await (const _ of setInterval(LOAD_EVERY_MS)) {
        if (!isLoaded) break;
        for (const name of ['dishes', 'orders']) await (await fetch(`${gateway.url}/${name}/1`)).text();
      }
    })();
  });
  afterEach(async () => {
    isLoaded = false;
    await load;
    await gateway.close();
    for (const service of Object.values(services)) await service.stop();
    await rm(folder, { recursive: true });
  });

  const open = async (path: string, look: BrowserContextOptions = desktop) => {
    const { page, complaints } = await openWatched(browser(), gateway.url + path, look);
    return { page, complaints, summary: page.locator('[role=status]') };
  };
  const says = (page: Page, text: string) => page.locator('[role=status]', { hasText: text }).waitFor();

  it('shows a failed and a recovered service without a reload, and keeps the focus', async () => {
    const { page, complaints } = await open('/status');
    await says(page, ALL_WORKING);
    const node = page.locator('.picture.wide a[href="/status/services/dishes"]');
    await node.focus();
    await services.dishes.stop();
    await says(page, DOWN);
    expect(await node.textContent()).toContain('paused');
    expect(await page.locator(':focus').getAttribute('href')).toBe('/status/services/dishes');
    expect(await page.locator('.picture.wide a[href="/status/services/orders"]').textContent()).toContain(
      '/s',
    );
    await services.dishes.start();
    await says(page, ALL_WORKING);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('draws the calls and the links between services', async () => {
    const { page } = await open('/status');
    const plot = page.locator('#service-dishes [data-label=Calls] svg');
    const label = () => plot.getAttribute('aria-label');
    await page.locator('#service-dishes .traffic[aria-label*=" now"]').waitFor();
    expect(await label()).toMatch(/^Calls: [\d.]+\/s now, at most [\d.]+\/s in 1 min$/);
    expect(await page.locator('.picture.wide .lead-to title').allTextContents()).toEqual([
      'orders links to dishes: dish',
    ]);
    await page.close();
  }, 60_000);

  it('draws the calls that a service reports itself', async () => {
    const { page, complaints } = await open('/status');
    await page.locator('.picture.wide .lead-to').waitFor({ state: 'attached' });
    for (const service of Object.values(services)) service.respond = respondWithChecks;
    await page.locator('.picture.wide .call-to.pass').waitFor({ state: 'attached' });
    expect(await page.locator('.picture.wide .call-to title').allTextContents()).toEqual([
      'orders calls dishes: works, 3.4 ms',
    ]);
    expect(await page.locator('#service-orders').textContent()).toContain('calls dishes: works, 3.4 ms');
    expect(await page.content()).not.toContain('10.1.2.3');
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('does not change while it is paused', async () => {
    const { page } = await open('/status');
    await says(page, ALL_WORKING);
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await services.dishes.stop();
    const { page: other } = await open('/status');
    await says(other, DOWN);
    expect(await page.locator('[role=status]').textContent()).toBe(ALL_WORKING);
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await says(page, DOWN);
    await page.close();
    await other.close();
  }, 60_000);

  it('can be walked with the Tab key in reading order, with a visible focus', async () => {
    const { page } = await open('/status');
    await says(page, ALL_WORKING);
    await page.locator('main').evaluate((main) => main.setAttribute('tabindex', '-1'));
    await page.locator('main').focus();
    const walked: string[] = [];
    for (let steps = 0; steps < 20; steps++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const one = document.activeElement;
        if (!one?.closest('main')) return undefined;
        const { outlineStyle, outlineWidth } = getComputedStyle(one);
        const box = one.querySelector('rect');
        const isSeen = box
          ? getComputedStyle(box).strokeWidth === '3px'
          : outlineStyle !== 'none' && outlineWidth !== '0px';
        return `${one.closest('svg') ? 'picture ' : ''}${one.getAttribute('href') ?? one.tagName} ${isSeen}`;
      });
      if (at === undefined) break;
      walked.push(at);
    }
    expect(walked).toEqual([
      'BUTTON true',
      'picture /status/services/dishes true',
      'picture /status/services/orders true',
      'DIV true',
      '/status/services/dishes true',
      '/status/services/orders true',
    ]);
    await page.close();
  }, 60_000);

  it('distinguishes states, the page and the pause in forced colours', async () => {
    const { page } = await open('/status', { ...desktop, forcedColors: 'active' });
    await says(page, ALL_WORKING);
    const pause = page.getByRole('button', { name: 'Pause' });
    const looks = (one: typeof pause, pseudo?: string) =>
      one.evaluate((element, of) => {
        const { backgroundColor, border, borderRadius, clipPath, outline } = getComputedStyle(element, of);
        return { backgroundColor, border, borderRadius, clipPath, outline };
      }, pseudo);
    const marks = await Promise.all(
      ['closed', 'half-open', 'open'].map((state) => looks(page.locator(`.legend .${state}`), '::before')),
    );
    const ground = (await looks(page.locator('body'))).backgroundColor;
    for (const { backgroundColor } of marks) expect(backgroundColor).not.toBe(ground);
    expect(new Set(marks.map(({ borderRadius, clipPath }) => borderRadius + clipPath)).size).toBe(3);
    const [current, other] = ['Status', 'Start'].map((name) => page.getByRole('link', { name, exact: true }));
    expect((await looks(current as typeof pause)).border).not.toBe(
      (await looks(other as typeof pause)).border,
    );
    const before = await looks(pause);
    await pause.press('Enter');
    expect((await looks(pause)).border).not.toBe(before.border);
    await page.close();
  }, 60_000);

  it('reports a lost connection', async () => {
    const { page } = await open('/status');
    await says(page, ALL_WORKING);
    isLoaded = false;
    await load;
    await gateway.close();
    await page.getByText('The connection was lost').waitFor({ state: 'visible' });
    await page.close();
  }, 60_000);

  describe.each(['/status', '/status/services/dishes'])('%s', (path) => {
    it.each([['well'], ['down']])(
      'is accessible while the service is %s',
      async (state) => {
        if (state === 'down') await services.dishes.stop();
        for (const look of LOOKS) {
          const { page, complaints } = await open(path, look);
          await says(page, state === 'down' ? (path === '/status' ? DOWN : 'paused') : 'working');
          expect(await violations(page)).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
          expect(complaints).toEqual([]);
          await page.close();
        }
      },
      60_000,
    );
  });
});
