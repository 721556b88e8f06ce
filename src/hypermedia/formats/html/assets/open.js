/** Opens a page and keeps the message for it. */
import { element } from './element.js';
import { highlighted } from './exchange.js';
import { prepare } from './forms.js';
import { rememberPage } from './trail.js';

const here = () => location.pathname + location.search;
let shown = here();

/** Prepares a page that was just loaded. */
export function begin() {
  for (const time of document.querySelectorAll('main time')) localize(time);
  prepare(document);
  rememberPage();
}

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Formats a time in the reader's time zone. */
function localize(time) {
  time.title = time.textContent;
  time.textContent = local.format(new Date(time.dateTime));
}

/**
 * Shows the page of a resource, and the exchange that led to it.
 * @param exchange its request and its response
 */
export async function open(url, { message, exchange }) {
  const response = await fetch(url, { headers: { Accept: 'text/html' } });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const result = page.querySelector('[data-result]');
  if (!result) return location.assign(url);
  document.querySelector('main').replaceWith(document.adoptNode(page.querySelector('main')));
  document.title = page.title;
  if (url !== here()) history.pushState({}, '', url);
  shown = here();
  begin();
  show(document.querySelector('[data-result]'), message, exchange);
}

/** Reloads a page whose content was replaced. A position within the page is no other page. */
export function goBack() {
  if (here() !== shown) location.reload();
}

function show(result, message, { request, response, body }) {
  const raw = (title, ...text) => [
    element('h3', {}, title),
    element('pre', { tabIndex: 0, role: 'region', ariaLabel: title }, element('code', {}, ...text)),
  ];
  const details = element(
    'details',
    { className: 'exchange' },
    element('summary', {}, 'Request and response'),
  );
  details.append(
    ...raw('Request', request),
    ...raw('Response body', ...highlighted(body)),
    ...raw('Response status and headers', response),
  );
  result.replaceChildren(element('p', {}, message), details);
  result.tabIndex = -1;
  result.focus();
  scrollTo(0, 0);
}
