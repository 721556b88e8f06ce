/** The visited pages in this tab: each page once, up to the current one. */
import { element } from './element.js';

const KEY = 'linkway.trail';
const MAX_PAGES = 6;

const read = () => {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
};

export function rememberPage() {
  const here = {
    path: location.pathname,
    href: location.pathname + location.search,
    title: document.querySelector('h1').textContent,
  };
  const trail = read();
  const known = trail.findIndex(({ path }) => path === here.path);
  const pages = [...(known < 0 ? trail : trail.slice(0, known)), here].slice(-MAX_PAGES);
  sessionStorage.setItem(KEY, JSON.stringify(pages));

  const nav = document.querySelector('[data-trail]');
  if (!nav || pages.length < 2) return;
  const items = pages.map(({ href, title }) =>
    element(
      'li',
      {},
      href === here.href ? element('span', { ariaCurrent: 'page' }, title) : element('a', { href }, title),
    ),
  );
  // An ordered list, because the pages form no hierarchy.
  nav.replaceChildren(element('p', {}, 'Visited pages:'), element('ol', {}, ...items));
  nav.hidden = false;
}
