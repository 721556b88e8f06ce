/** The list of parts of a large document: a filter, and redirects from links into the whole document to the part. */
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
  // The filter text stays when the user comes back to the page.
  apply();
}

/** Handles `#/tag/operation`, the fragment format of Swagger UI, on a page without it. */
const goOn = () => {
  const [, name] = /^#\/([^/]+)/.exec(location.hash) ?? [];
  if (name === undefined || document.getElementById('swagger-ui')) return;
  const tags = items.map((item) => item.querySelector('a'));
  const same = tags.filter((link) => encodeURIComponent(link.dataset.tag) === encoded(name));
  if (same.length === 0) return;
  const target = new URL(same[0].href);
  // The fragment does not tell which part of the tag contains the operation.
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
