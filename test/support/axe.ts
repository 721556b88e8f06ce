/** axe-core in a page of a browser: what WCAG 2.2 AA has against it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * What axe finds wrong: rule and place.
 * @param except a part of the page that is not ours
 */
export async function violations(page: Page, except?: string): Promise<string[]> {
  await page.evaluate(axe);
  const context = JSON.stringify({ exclude: except ? [except] : [] });
  const options = JSON.stringify({ runOnly: WCAG, resultTypes: ['violations'] });
  // Only what is wrong leaves the browser, as text: what is right is long, and takes seconds to hand over.
  const found: AxeResults['violations'] = JSON.parse(
    await page.evaluate(
      `axe.run(${context}, ${options}).then(({ violations }) => JSON.stringify(violations))`,
    ),
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`),
  );
}
