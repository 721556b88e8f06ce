/** The list of the parts of a large document: a filter, and the way to the part that a link into the whole means. */
const items = [...document.querySelectorAll('.parts li')];
const filter = document.querySelector('.parts .filter');

if (filter) {
  const field = filter.querySelector('input');
  const status = filter.querySelector('[role="status"]');
  const apply = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
    const shown = items.filter((item) => !item.hidden).length;
    status.textContent = words.length > 0 ? `${shown} of ${items.length}` : '';
  };
  filter.hidden = items.length < 2;
  field.addEventListener('input', apply);
  // Whoever comes back finds what was typed.
  apply();
}

/** `#/tag/operation`, as Swagger UI has it, where there is no Swagger UI. */
const goOn = () => {
  const [, name] = /^#\/([^/]+)/.exec(location.hash) ?? [];
  if (name === undefined || document.getElementById('swagger-ui')) return;
  const tags = items.map((item) => item.querySelector('a'));
  const same = tags.filter((link) => encodeURIComponent(link.dataset.tag) === encoded(name));
  if (same.length === 0) return;
  const target = new URL(same[0].href);
  // Which of the parts of one tag it is nobody can tell from here.
  if (same.length > 1) target.searchParams.delete('path');
  target.hash = location.hash;
  location.replace(target);
};

const encoded = (name) => {
  try {
    return encodeURIComponent(decodeURIComponent(name));
  } catch {
    return name;
  }
};

addEventListener('hashchange', goOn);
goOn();
