/**
 * The explorer in a real browser: a person follows links, places and cancels an order, and sees no URL on the
 * way.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { explorerJourney } from '../suites/explorer.ts';
import { violations } from '../support/axe.ts';
import { describeInBrowser, keepPicture, openWatched } from '../support/browser.ts';
import { describeSamples } from '../support/samples.ts';
import { type System, startSystem } from '../support/system.ts';

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 320, height: 640 } },
] as const;

const isTooWide = (page: Page) => page.evaluate('document.documentElement.scrollWidth > innerWidth');

describeSamples('With the sample services:', () => {
  describeInBrowser('The explorer', (browser) => {
    let system: System | undefined;
    beforeAll(async () => {
      system = await startSystem();
    }, 60_000);
    afterAll(() => system?.close());
    const url = (path = '/explorer'): string => `${system?.url}${path}`;

    const KINDS: Record<string, (page: Page) => Promise<unknown>> = {
      explorer: async () => undefined,
      collection: async (page) => {
        await page.getByRole('link', { name: 'List orders' }).click();
        await page.getByText('Filter and sort').click();
        await page.getByText('Place an order').first().click();
      },
      resource: async (page) => {
        await page.getByRole('link', { name: 'List orders' }).click();
        await page.getByRole('link', { name: 'o-1001' }).click();
        await page.getByText('Revise this order').first().click();
        await page.getByText('The raw exchange').click();
        await page.getByText('Request and response headers').click();
        await page.getByText('content-type: application/prs.hal-forms+json').waitFor();
      },
      embeds: async (page) => {
        await page.getByRole('link', { name: 'List orders' }).click();
        await page.getByRole('link', { name: 'Show: Restaurant' }).click();
        await page.getByRole('link', { name: 'o-1002' }).click();
        await page.getByRole('link', { name: 'Show here: Restaurant' }).click();
        await page.getByRole('link', { name: 'Sakura', exact: true }).waitFor();
      },
      menu: async (page) => {
        await page.getByRole('link', { name: 'List restaurants' }).click();
        await page.getByRole('link', { name: 'Sakura' }).click();
        await page.getByRole('link', { name: 'Show here: Menu items' }).click();
        await page.getByText('Menu items, included').waitFor();
      },
      problem: async (page) => {
        await page.getByLabel('Path, with its query').fill('nowhere');
        await page.getByRole('button', { name: 'Open' }).click();
        await page.getByRole('heading', { name: 'Not found' }).waitFor();
      },
    };

    describe.each(Object.entries(KINDS))('%s', (kind, reach) => {
      it.each(LOOKS)('is accessible and requests no other host: $name', async ({ name, ...look }) => {
        const { page, complaints } = await openWatched(browser(), url(), look);
        page.setDefaultTimeout(15_000);
        await reach(page);
        await page.waitForLoadState('networkidle');
        await keepPicture(page, `explorer-${kind}-${name}`, { fullPage: true });

        expect(await violations(page)).toEqual([]);
        expect(await isTooWide(page)).toBe(false);
        // The browser logs the expected 404.
        expect(complaints.filter((complaint) => !complaint.includes('status of 404'))).toEqual([]);
        await page.close();
      });
    });

    explorerJourney(browser, () => system?.url ?? '');

    it('can be used with the keyboard alone, links and actions included', async () => {
      const { page, complaints } = await openWatched(browser(), url());
      page.setDefaultTimeout(15_000);
      const focused = page.locator(':focus');
      const tabTo = async (text: string) => {
        for (let presses = 0; presses < 60; presses++) {
          await page.keyboard.press('Tab');
          if ((await page.evaluate('document.activeElement.textContent')) === text) return;
        }
        throw new Error(`no ${text} on the way`);
      };
      await page.keyboard.press('Tab');
      expect(await focused.textContent()).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      for (const text of ['List orders', 'o-1005']) {
        await tabTo(text);
        const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
        expect(outline).not.toBe('none');
        const before = new URL(page.url()).pathname;
        await page.keyboard.press('Enter');
        await page.waitForURL(({ pathname }) => pathname !== before);
      }
      await tabTo('Revise this order');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.getByText('Order revised.').waitFor();
      await page.getByText('€32.40').waitFor();
      // The focus is on the result then.
      expect(await focused.textContent()).toContain('Order revised.');

      await tabTo('Cancel this order');
      await page.keyboard.press('Enter');
      await tabTo('Yes, cancel this order');
      await page.keyboard.press('Enter');
      await page.getByText('Order cancelled.').waitFor();
      await page.getByText('Cancelled', { exact: true }).waitFor();
      expect(complaints).toEqual([]);
      await page.close();
    });

    it('shows the path of the person through the pages', async () => {
      const { page } = await openWatched(browser(), url());
      await page.getByRole('link', { name: 'List orders' }).click();
      await page.getByRole('link', { name: 'o-1001' }).click();
      await page.getByRole('link', { name: 'Consumer', exact: true }).click();
      const trail = page.getByRole('navigation', { name: 'Visited pages' });
      expect(await trail.getByRole('listitem').allTextContents()).toEqual([
        'Explorer',
        'Orders',
        'Order o-1001',
        'Ada Lovelace',
      ]);
      await trail.getByRole('link', { name: 'Orders' }).click();
      await trail.getByText('Orders').and(page.locator('[aria-current]')).waitFor();
      expect(await trail.getByRole('listitem').count()).toBe(2);
      await page.close();
    });

    it('copies the request as a command, and shows the body of the response first', async () => {
      const { page } = await openWatched(browser(), url('/orders/o-1001'));
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByText('The raw exchange').click();
      await page.getByRole('button', { name: 'Copy as curl' }).click();
      await page.getByText('Copied.').waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
        `curl -s '${url('/orders/o-1001')}' -H 'Accept: application/prs.hal-forms+json'`,
      );
      const [first] = await page.locator('.exchange pre').allInnerTexts();
      expect(JSON.parse(first ?? '')).toMatchObject({ id: 'o-1001' });
      await page.close();
    });

    it('shows ids as links, and names in place of ids in the lists that expand them', async () => {
      const { page } = await openWatched(browser(), url('/orders'));
      await page.getByRole('link', { name: 'c-ada' }).first().waitFor();
      expect(await page.getByRole('columnheader').allTextContents()).toContain('Consumer id');
      await page.getByRole('link', { name: 'Show: Consumer' }).click();
      await page.getByRole('link', { name: 'Ada Lovelace' }).first().waitFor();
      const heads = await page.getByRole('columnheader').allTextContents();
      expect(heads).toContain('Consumer');
      expect(heads).not.toContain('Consumer id');
      await page.close();
    });

    it('filters and sorts, and requests only what was chosen', async () => {
      const { page } = await openWatched(browser(), url());
      await page.getByRole('link', { name: 'List orders' }).click();
      await page.getByText('Filter and sort').click();
      await page.getByLabel('State').selectOption('Rejected');
      const consumer = page.getByRole('search').getByLabel('Consumer');
      await consumer.selectOption('Grace Hopper');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.waitForURL(/\?/);
      expect(new URL(page.url()).search).toBe('?consumerId=c-grace&state=REJECTED');
      expect(await page.getByRole('row').count()).toBe(2);
      // The chosen filter is still selected by its name.
      await consumer.getByText('Grace Hopper').waitFor({ state: 'attached' });
      expect(await consumer.inputValue()).toBe('c-grace');
      await page.close();
    });
  });
});
