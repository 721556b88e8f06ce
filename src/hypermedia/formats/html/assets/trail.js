/** The visited pages in this tab: each page once, up to the current one. */
import { element } from './element.js';

const KEY = 'linkway.trail';
const MOST = 6;

const read = () => {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
};

export function leaveTrail() {
  const here = {
    path: location.pathname,
    href: location.pathname + location.search,
    title: document.querySelector('h1').textContent,
  };
  const trail = read();
  const known = trail.findIndex(({ path }) => path === here.path);
  const kept = [...(known < 0 ? trail : trail.slice(0, known)), here].slice(-MOST);
  sessionStorage.setItem(KEY, JSON.stringify(kept));

  const nav = document.querySelector('[data-trail]');
  if (!nav || kept.length < 2) return;
  const items = kept.map(({ href, title }) =>
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
