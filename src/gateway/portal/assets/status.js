/** Updates a status page with events while it is visible. Focus, selection and scroll position stay. */
import { Idiomorph } from './idiomorph.js';

/** Milliseconds to reconnect before the connection counts as lost. */
const PATIENCE = 4000;
const AGAIN = 5000;

const live = document.querySelector('[data-live]');
const stale = document.querySelector('[data-stale]');
const pause = document.querySelector('[data-pause]');
let source;
let doubt;
let again;

/** Shows a message that screen readers announce. */
const tell = (text) => {
  stale.hidden = text === '';
  stale.textContent = text;
};

const close = () => {
  clearTimeout(doubt);
  clearTimeout(again);
  doubt = undefined;
  source?.close();
};

const open = () => {
  close();
  source = new EventSource(location.pathname);
  source.addEventListener('message', ({ data }) => {
    clearTimeout(doubt);
    doubt = undefined;
    tell('');
    Idiomorph.morph(live, JSON.parse(data), { morphStyle: 'innerHTML' });
  });
  source.addEventListener('error', () => {
    doubt ??= setTimeout(() => {
      tell('The connection was lost; this page is out of date.');
    }, PATIENCE);
    // The server rejected the connection, and EventSource does not try again.
    if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN);
  });
};

const isPaused = () => pause.getAttribute('aria-pressed') === 'true';
const follow = () => {
  if (document.hidden || isPaused()) close();
  else open();
};

pause.hidden = false;
pause.addEventListener('click', () => {
  pause.setAttribute('aria-pressed', String(!isPaused()));
  follow();
});
document.addEventListener('visibilitychange', follow);
follow();
