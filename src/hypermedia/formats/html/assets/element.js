/** Text with inline `code`, as on all pages. */
export const withCode = (text) =>
  text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 0 ? part : element('code', {}, part)));

/** Creates an element with properties and content. Text stays text. */
export function element(name, properties, ...content) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...content);
  return created;
}
