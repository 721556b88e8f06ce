/** Shows a problem (RFC 9457) at its form, each fault at its field. */
import { element, withCode } from './element.js';
import { pathOf } from './forms.js';

export function clearProblem(form) {
  const box = form.querySelector('[data-problem]');
  box.hidden = true;
  box.replaceChildren();
  for (const fault of form.querySelectorAll('[data-fault]')) {
    fault.hidden = true;
    fault.textContent = '';
  }
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
}

const segmentsOf = (pointer = '') =>
  pointer
    .replace(/^#/, '')
    .split('/')
    .slice(1)
    .map((segment) => decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~'));

/** The control that a pointer names, or the nearest group. */
function placeOf(form, fault) {
  if (fault.in !== undefined && fault.in !== 'body') return undefined;
  const places = [...form.querySelectorAll('[data-member], [data-row]')];
  for (let path = segmentsOf(fault.pointer); path.length > 0; path = path.slice(0, -1)) {
    const found = places.find((place) => pathOf(place).join('/') === path.join('/'));
    if (found) return found;
  }
  return undefined;
}

/** @returns whether the fault has a field */
function showFault(form, fault) {
  const place = placeOf(form, fault);
  const note = place?.closest('.field, fieldset')?.querySelector(':scope > [data-fault]');
  if (!note) return false;
  note.textContent = note.hidden ? fault.detail : `${note.textContent} ${fault.detail}`;
  note.hidden = false;
  const control = place.matches('[data-value]') ? place : place.querySelector('[data-value], [data-add]');
  control?.setAttribute('aria-invalid', 'true');
  return true;
}

/** Links the problem type to its page if the site has one. */
function pageOf(type) {
  const isHere = [...document.querySelectorAll('header.site a')].some(
    ({ pathname }) => pathname !== '/' && type?.startsWith(`${pathname}/`),
  );
  return isHere ? [element('p', {}, element('a', { href: type }, 'About this problem'))] : [];
}

const selfLink = ({ self } = {}) =>
  self ? [element('p', {}, element('a', { href: self.href }, 'Show its current state'))] : [];

/** Back to this page afterwards, and not to the address that was refused. */
function signInLink({ 'sign-in': link } = {}) {
  if (!link) return [];
  const href = new URL(link.href, location.href);
  href.searchParams.set('return', location.pathname + location.search);
  return [element('p', {}, element('a', { href: href.pathname + href.search }, link.title ?? 'Sign in'))];
}

export function showProblem(form, { json = {}, status }) {
  const { title = `The server responded with ${status}`, detail = '', type, errors = [], _links } = json;
  const others = errors.filter((fault) => !showFault(form, fault));
  const list = others.map(({ pointer, detail: text }) => element('li', {}, `${pointer}: ${text}`));
  const box = form.querySelector('[data-problem]');
  box.replaceChildren(
    element('p', { className: 'problem-title', role: 'alert' }, `${title}. `, ...withCode(detail)),
    ...(list.length > 0 ? [element('ul', {}, ...list)] : []),
    ...pageOf(type),
    ...signInLink(_links),
    ...selfLink(_links),
  );
  box.hidden = false;
  (form.querySelector('[aria-invalid]') ?? box).focus();
}
