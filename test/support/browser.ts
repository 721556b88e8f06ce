/**
 * A real browser for the tests that need one. Without a browser they are skipped with a message; with REQUIRE_ALL=1 they
 * fail instead.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const findChromium = (): string | undefined => {
  const named = process.env.CHROMIUM_PATH;
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...candidates, MAC].find((path) => existsSync(path));
};

const MISSING = 'needs Chromium (CHROMIUM_PATH, or chromium or google-chrome in PATH)';

/** A `describe` whose tests get a browser. */
export function describeInBrowser(name: string, tests: (browser: () => Browser) => void): void {
  const executablePath = findChromium();
  if (executablePath) {
    describe(name, () => {
      let browser: Browser;
      beforeAll(async () => {
        browser = await chromium.launch({ executablePath, args: FLAGS });
      }, 60_000);
      afterAll(() => browser.close());
      tests(() => browser);
    });
  } else if (process.env.REQUIRE_ALL === '1') {
    describe(name, () => {
      it(MISSING, () => {
        throw new Error(`${name} ${MISSING}`);
      });
    });
  } else {
    console.warn(`SKIPPED: ${name} ${MISSING}`);
    describe.skip(`${name}: skipped, ${MISSING}`, () => tests(() => undefined as never));
  }
}

export interface Watched {
  readonly page: Page;
  /** Faults of the page: console errors, CSP violations, requests to other hosts. */
  readonly complaints: string[];
}

/** Opens a page that records its faults. */
export async function openWatched(
  browser: Browser,
  url: string,
  options?: BrowserContextOptions,
): Promise<Watched> {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const target = new URL(request.url());
    const isLocal = ['data:', 'blob:', 'about:'].includes(target.protocol);
    if (!isLocal && target.origin !== new URL(url).origin) complaints.push(`other host: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

/** Saves a picture of a page in the folder SCREENSHOTS, for people to look at. Without the variable it does nothing. */
export async function keepPicture(
  page: Page,
  name: string,
  options: { readonly fullPage?: boolean } = {},
): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ ...options, path: join(folder, `${name}.png`) });
}
