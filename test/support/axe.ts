/** Checks a page in a browser with axe-core for violations of WCAG 2.2 AA. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Returns the violations that axe finds: rule and element.
 * @param except a third-party part of the page
 */
export async function violations(page: Page, except?: string): Promise<string[]> {
  await page.evaluate(axe);
  const context = JSON.stringify({ exclude: except ? [except] : [] });
  const options = JSON.stringify({ runOnly: WCAG, resultTypes: ['violations'] });
  // Only violations leave the browser, as text: the complete result is long and takes seconds to transfer.
  const found: AxeResults['violations'] = JSON.parse(
    await page.evaluate(
      `axe.run(${context}, ${options}).then(({ violations }) => JSON.stringify(violations))`,
    ),
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`),
  );
}
