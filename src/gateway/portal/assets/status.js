/** Keeps a page about the services as events bring it, while it is looked at; focus, selection and scroll stay. */
import { Idiomorph } from './idiomorph.js';

/** Milliseconds: a connection that is made again by then was not lost. */
const PATIENCE = 4000;
const AGAIN = 5000;

const live = document.querySelector('[data-live]');
const stale = document.querySelector('[data-stale]');
const pause = document.querySelector('[data-pause]');
let source;
let doubt;
let again;

/** A screen reader says what is put into it. */
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
      tell('This page lost its connection; what it shows is old.');
    }, PATIENCE);
    // It was refused, and gives up by itself.
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
