/** HTML from template strings. Values are escaped unless they are `Html` themselves. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Content = Html | string | number | false | null | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const render = (content: Content): string => {
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(render).join('');
  if (content === false || content === null || content === undefined) return '';
  // Data of services may have another type than the page expects.
  const text = typeof content === 'object' ? JSON.stringify(content) : String(content);
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
};

/** @example html`<a href="${href}">${title}</a>` */
export const html = (strings: TemplateStringsArray, ...contents: readonly Content[]): Html =>
  new Html(String.raw({ raw: strings }, ...contents.map(render)));

/** Turns the parts of a text between backticks into `code` elements. */
export const withCode = (text: string): Html[] =>
  text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
