/** Keeps the status page fresh while somebody looks at it, without moving the scroll position. */
const show = (page) => {
  for (const part of ['.lead', 'tbody']) document.querySelector(part).replaceWith(page.querySelector(part));
};

const refresh = async () => {
  if (document.hidden) return;
  const stale = document.querySelector('[data-stale]');
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
};

setInterval(refresh, 3000);
document.addEventListener('visibilitychange', refresh);
