/** Sends the input of a form and shows the result: the current resource, or the problem. */
import { exchangeText, send } from './exchange.js';
import { bodyOf, hasInput } from './forms.js';
import { open } from './open.js';
import { clearProblem, showProblem } from './problem.js';

/** Repeats a request without a response with the same key, so that it takes effect only once. */
const pendingKeys = new WeakMap();

const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

function keyFor(form, body) {
  const known = pendingKeys.get(form);
  const key = known && known.body === body ? known.key : newKey();
  pendingKeys.set(form, { body, key });
  return key;
}

export async function act(form) {
  const button = form.querySelector('button:not([type])');
  if (button.ariaDisabled === 'true') return;
  clearProblem(form);
  const { method, type } = form.dataset;
  const body = hasInput(form) ? JSON.stringify(bodyOf(form)) : undefined;
  const request = {
    method,
    url: form.getAttribute('action'),
    headers: {
      ...(body !== undefined && { 'Content-Type': type }),
      ...(method === 'POST' && { 'Idempotency-Key': `"${keyFor(form, body)}"` }),
    },
    body,
  };
  button.ariaDisabled = 'true';
  try {
    const response = await send(request);
    pendingKeys.delete(form);
    if (response.ok) await done(form, request, response);
    else showProblem(form, response);
  } catch {
    showProblem(form, {
      json: {
        title: 'The server could not be reached',
        detail: 'Your input is still here. Try again.',
      },
    });
  } finally {
    button.ariaDisabled = null;
  }
}

/** Opens the page of the new or changed resource. */
function done(form, request, response) {
  const { headers } = response;
  const here = location.pathname + location.search;
  return open(headers.get('Location') ?? headers.get('Content-Location') ?? here, {
    message: `${form.dataset.done}.`,
    exchange: exchangeText(request, response),
  });
}
