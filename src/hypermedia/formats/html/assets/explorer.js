/** Event handlers of resource pages: forms send JSON, results are shown, visited pages are remembered. */
import { act } from './act.js';
import { loadOptionsIn, reloadDependentOptions } from './choices.js';
import { copyAsCurl, showExchange } from './exchange.js';
import { addRow, removeRow, sync } from './forms.js';
import { begin, goBack } from './open.js';

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.action !== undefined) {
    event.preventDefault();
    act(form);
  } else if (form.dataset.search !== undefined) {
    // Empty filters are not sent.
    event.preventDefault();
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
    location.assign(`${form.getAttribute('action')}?${query}`);
  }
});

document.addEventListener('click', ({ target }) => {
  if (target.closest('[data-add]')) addRow(target.closest('[data-list]'));
  const copy = target.closest('[data-copy]');
  if (copy) copyAsCurl(copy);
  if (target.closest('[data-remove]')) removeRow(target.closest('[data-row]'));
});

document.addEventListener('input', ({ target }) => sync(target));
document.addEventListener('change', ({ target }) => reloadDependentOptions(target));

document.addEventListener(
  'toggle',
  ({ target }) => {
    if (target.open && target.dataset?.exchange !== undefined) showExchange(target);
    if (target.open) loadOptionsIn(target);
  },
  true,
);

addEventListener('popstate', goBack);
begin();
