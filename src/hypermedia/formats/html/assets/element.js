/** Text with its `code`, as pages write it. */
export const withCode = (text) =>
  text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 0 ? part : element('code', {}, part)));

/** An element with its properties and what is in it. Text stays text. */
export function element(name, properties, ...content) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...content);
  return made;
}
