/** What all HTML pages share: head, skip link, navigation, footer. There is one style sheet and no inline code. */
import { type Html, html } from './html.ts';
import { siteFilePath } from './site-files.ts';

type Navigation = readonly (readonly [href: string, label: string])[];

const GATEWAY_NAVIGATION: Navigation = [
  ['/', 'Start'],
  ['/explorer', 'Explorer'],
  ['/docs', 'Swagger UI'],
  ['/status', 'Status'],
  ['/problems', 'Problems'],
];

/** A service without a gateway has no other pages. */
const SERVICE_NAVIGATION: Navigation = [['/', 'Start']];

/**
 * The bar at the top of a page.
 * @param current path of the page, whose navigation entry is marked
 */
export const siteHeader = (
  current: string,
  navigation: Navigation = GATEWAY_NAVIGATION,
): Html => html`<header class="site">
<a class="brand" href="/"><img src="${siteFilePath('linkway.svg')}" alt="" width="24" height="24">linkway</a>
<nav aria-label="Site"><ul>${navigation.map(
  ([href, label]) =>
    html`<li><a href="${href}"${href === current && html` aria-current="page"`}>${label}</a></li>`,
)}</ul></nav>
</header>`;

export interface PageOptions {
  readonly title: string;
  readonly current: string;
  readonly content: Html;
  /** Additional content of the head, such as a script. */
  readonly head?: Html;
  /** Whether the navigation links to the pages of the gateway. */
  readonly isAtGateway?: boolean;
}

export const layout = ({ title, current, content, head, isAtGateway = true }: PageOptions): string =>
  html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${siteFilePath('linkway.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${siteFilePath('linkway.css')}">
${head}</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
${siteHeader(current, isAtGateway ? GATEWAY_NAVIGATION : SERVICE_NAVIGATION)}
<main id="content" tabindex="-1">
${content}
</main>
<footer class="site"><p>These pages are for people. Programs request <code>application/hal+json</code> at the
same address.</p></footer>
</body>
</html>
`.text;
