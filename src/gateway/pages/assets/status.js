/** Keeps the status page fresh while somebody looks at it, without moving the scroll position. */
const PARTS = '[data-fresh], :not([data-fresh]) > .lead, :not([data-fresh]) > .table tbody';

const show = (page) => {
  const fresh = page.querySelectorAll(PARTS);
  for (const [index, part] of document.querySelectorAll(PARTS).entries())
    if (fresh[index]) part.replaceWith(fresh[index]);
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
