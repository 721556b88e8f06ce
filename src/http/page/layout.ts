/** What every page for people shares: head, skip link, navigation, footer. One style sheet, no inline code. */
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

/** A service alone has no other pages. */
const SERVICE_NAVIGATION: Navigation = [['/', 'Start']];

/**
 * The bar at the top.
 * @param current path of the page that it stands on
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
  /** More for the head, such as a script. */
  readonly head?: Html;
  /** Whether the pages of the gateway are there to be led to. */
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
<footer class="site"><p>Every page here is for people; ask for <code>application/hal+json</code> and the same
address answers a program.</p></footer>
</body>
</html>
`.text;
