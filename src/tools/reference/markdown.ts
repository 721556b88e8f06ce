/** What the reference pages are made of: tables and code in Markdown, as Biome formats them. */
import { alignTables } from '../scaffold/sample.ts';

/** Empty where there is nothing to show. */
export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  const lines = [line(head), line(head.map(() => '---')), ...rows.map(line)];
  return alignTables(`${lines.join('\n')}\n`).trimEnd();
}

/** A bar ends a cell, also within code (https://github.github.com/gfm/#example-200). */
const escaped = (cell: string): string => cell.replaceAll('|', '\\|');

export const terminal = (text: string): string => `\`\`\`text\n${text.trim()}\n\`\`\``;

const NOTE = '<!-- Written by `npm run docs`. Edit the code that the page names, not the page. -->';

/** A page: a title, and paragraphs, tables and headings below it. */
export const page = (title: string, ...parts: readonly string[]): string =>
  `${[`# ${title}`, NOTE, ...parts].join('\n\n')}\n`;
