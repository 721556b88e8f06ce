/** The gateway's pages in a real browser: at every width, light and dark, with the keyboard. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { violations } from '../support/axe.ts';
import { describeInBrowser, keepPicture, openWatched } from '../support/browser.ts';
import { describeSamples } from '../support/samples.ts';
import { type System, startSystem } from '../support/system.ts';

const PATHS = ['/', '/docs', '/status', '/problems', '/problems/not-found', '/rels', '/rels/consumer'];
const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 360, height: 740 } },
] as const;

describeSamples('With the sample services:', () => {
  describeInBrowser('Pages', (browser) => {
    let system: System | undefined;
    beforeAll(async () => {
      system = await startSystem();
    }, 60_000);
    afterAll(() => system?.close());
    const url = (path = ''): string => `${system?.url}${path}`;

    describe.each(PATHS)('%s', (path) => {
      it.each(LOOKS)(
        'is accessible, fits the viewport and requests no other host: $name',
        async ({ name, ...look }) => {
          const { page, complaints } = await openWatched(browser(), url(path), look);
          await page.waitForLoadState('networkidle');
          await keepPicture(page, `${path.replaceAll('/', '_')}-${name}`, { fullPage: true });

          expect(complaints).toEqual([]);
          expect(await page.title()).toContain('linkway');
          expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
          // Faults of Swagger UI cannot be fixed here.
          if (path !== '/docs') expect(await violations(page)).toEqual([]);
          await page.close();
        },
        30_000,
      );
    });

    it('can be used with the keyboard alone', async () => {
      const { page } = await openWatched(browser(), url());
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      expect(page.url()).toContain('#content');
      for (let presses = 0; presses < 3; presses++) await page.keyboard.press('Tab');
      expect(await page.locator(':focus').getAttribute('href')).toMatch(/^\/[a-z]+/);
      await page.close();
    });
  });
});
