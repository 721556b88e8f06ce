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
  const { violations: found } = (await page.evaluate(
    `axe.run(${JSON.stringify({ exclude: except ? [except] : [] })}, { runOnly: ${JSON.stringify(WCAG)} })`,
  )) as AxeResults;
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`),
  );
}
