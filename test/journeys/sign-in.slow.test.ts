/** People sign in at the provider of `npm run start:secure` with a real browser: in the explorer, and in Swagger UI. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { violations } from '../support/axe.ts';
import { describeInBrowser, keepPicture } from '../support/browser.ts';
import { describeSamples } from '../support/samples.ts';
import { startSecureSystem, type TestSecureSystem } from '../support/secure-system.ts';

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const;

const isTooWide = (page: Page) => page.evaluate('document.documentElement.scrollWidth > innerWidth');

describeSamples('With the sample services:', () => {
  describeInBrowser('Sign-in', (browser) => {
    let system: TestSecureSystem | undefined;
    beforeAll(async () => {
      system = await startSecureSystem();
    }, 60_000);
    afterAll(() => system?.close());
    const url = (path = '/explorer'): string => `${system?.url}${path}`;

    it('Anna signs in on the explorer, places an order, and signs out', async () => {
      const { page, complaints } = await open(browser(), url());
      await page.getByRole('link', { name: 'Sign in' }).click();
      await choose(page, 'Anna');
      await page.getByText('Signed in as Anna').waitFor();
      expect(page.url()).toBe(url());

      await page.getByRole('link', { name: 'List orders' }).click();
      await page.getByText('Place an order').first().click();
      const form = page.getByRole('form', { name: 'Place an order' });
      await form.getByLabel('Consumer').selectOption('Ada Lovelace');
      await form.getByLabel('Restaurant').selectOption('Trattoria da Ugo');
      await form.getByLabel('Menu item').selectOption('Pizza Margherita');
      await form.getByLabel('Quantity').fill('2');
      await form.getByLabel('Time').fill('2030-01-15T19:30');
      await form.getByLabel('Address').fill('At home');
      await form.getByRole('button', { name: 'Place an order' }).click();
      await page.getByText('Order placed.').waitFor();
      await page.getByText('Cancel this order', { exact: true }).waitFor();

      await page.goto(url());
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
      await page.goto(url('/orders'));
      await page.getByRole('heading', { name: 'Credentials are missing or not valid' }).waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    }, 60_000);

    it('Max sees orders, and none of the actions that Anna has', async () => {
      const actions = async (name: string): Promise<string[]> => {
        const { page, complaints } = await open(browser(), url('/orders'));
        // The page that was refused leads to the sign-in, and the sign-in back to it.
        await page.getByRole('link', { name: 'Sign in' }).click();
        await choose(page, name);
        await page.getByRole('heading', { level: 1, name: /^Orders/ }).waitFor();
        expect(page.url()).toBe(url('/orders'));
        const list = await page.locator('.action > summary').allTextContents();
        await page.goto(url('/orders/o-1001'));
        await page.getByRole('heading', { level: 1, name: /o-1001/ }).waitFor();
        const one = await page.locator('.action > summary').allTextContents();
        expect(complaints).toEqual([]);
        await page.context().close();
        return [...list, ...one].map((text) => text.trim());
      };
      expect(await actions('Max')).toEqual([]);
      const ofAnna = await actions('Anna');
      expect(ofAnna.join('\n')).toMatch(/Place an order/);
      expect(ofAnna.join('\n')).toMatch(/Cancel this order/);
    }, 60_000);

    it('An action after the end of the session leads to the sign-in, and back to the page', async () => {
      const { page } = await open(browser(), url());
      await page.getByRole('link', { name: 'Sign in' }).click();
      await choose(page, 'Anna');
      await page.goto(url('/orders/o-1002'));
      await page.getByText('Cancel this order', { exact: true }).click();
      await page.context().clearCookies();
      await page
        .getByRole('button', { name: /cancel/i })
        .last()
        .click();
      await page.getByRole('alert').getByText('Credentials are missing').waitFor();
      const link = page.getByRole('link', { name: 'Sign in' });
      expect(await link.getAttribute('href')).toBe('/explorer/sign-in?return=%2Forders%2Fo-1002');
      await page.context().close();
    }, 60_000);

    it('After a sign-out another person can sign in', async () => {
      const { page } = await open(browser(), url());
      await page.getByRole('link', { name: 'Sign in' }).click();
      await choose(page, 'Kira');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign in again' }).click();
      await choose(page, 'Max');
      await page.getByText('Signed in as Max').waitFor();

      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign out there too' }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
      expect(page.url()).toContain(url('/explorer/signed-out'));
      await page.goto(url());
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await page.context().close();
    }, 60_000);

    it('Authorize in Swagger UI gets a token, with which an operation can be executed', async () => {
      const { page, complaints } = await open(browser(), url('/docs?urls.primaryName=orders'));
      await page.getByRole('button', { name: 'Authorize' }).first().click();
      const dialog = page.locator('.modal-ux');
      const popup = page.waitForEvent('popup');
      await dialog.locator('button.authorize').click();
      const window = await popup;
      const closed = window.waitForEvent('close');
      await window.getByRole('button', { name: 'Sign in as Anna' }).click();
      await closed;
      await dialog.getByText('Logout').waitFor();
      await keepPicture(page, 'swagger-ui-authorized');
      await dialog.locator('button.btn-done').click();

      const block = page.locator('[id="operations-orders-listOrders"]');
      await block.locator('.opblock-summary-control').click();
      await block.getByRole('button', { name: 'Try it out' }).click();
      const response = page.waitForResponse((one) => one.url().startsWith(url('/orders')));
      await block.getByRole('button', { name: 'Execute' }).click();
      expect((await response).status()).toBe(200);
      expect(complaints).toEqual([]);

      // Tokens are in memory only.
      expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).toBe(
        '[{},{}]',
      );
      await page.reload();
      await page.getByRole('button', { name: 'Authorize' }).first().waitFor();
      await page.context().close();
    }, 60_000);

    const PAGES: Record<string, (page: Page) => Promise<unknown>> = {
      refused: (page) => page.goto(url('/orders')),
      provider: async (page) => {
        await page.getByRole('link', { name: 'Sign in' }).click();
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      },
      'signed-in': async (page) => {
        await page.getByRole('link', { name: 'Sign in' }).click();
        await choose(page, 'Anna');
        await page.getByText('Signed in as Anna').waitFor();
      },
      'signed-out': async (page) => {
        await page.goto(url('/explorer/signed-out'));
        await page.getByRole('link', { name: 'Sign out there too' }).waitFor();
      },
      'provider-error': (page) => page.goto(`${system?.issuer}/auth?client_id=nobody`),
      failed: (page) => page.goto(url('/explorer/callback?code=x&state=y')),
    };

    describe.each(Object.entries(PAGES))('The page %s', (kind, reach) => {
      it.each(LOOKS)('is accessible and fits: $name', async ({ name, ...look }) => {
        const { page } = await open(browser(), url(), look);
        await reach(page);
        await page.waitForLoadState('networkidle');
        await keepPicture(page, `sign-in-${kind}-${name}`, { fullPage: true });
        expect(await violations(page)).toEqual([]);
        expect(await isTooWide(page)).toBe(false);
        await page.context().close();
      });
    });
  });
});

/** Opens a page in a browser without cookies, and records violations of its content policy and errors of its scripts. */
async function open(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The browser logs each expected 401.
    if (message.type() === 'error' && !message.text().includes('status of 401'))
      complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Sign in as ${name}` }).click();
}
