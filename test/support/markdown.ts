/** Reads headings, links and code of a Markdown page. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const FENCED = /^( *)(```+)(.*)\n([\s\S]*?)^ *\2$/gm;

/** The page without code blocks and comments. */
const proseOf = (page: string): string => page.replaceAll(FENCED, '').replaceAll(/<!--[\s\S]*?-->/g, '');

interface CodeBlock {
  readonly language: string;
  readonly body: string;
}

export const codeBlocksOf = (page: string): CodeBlock[] =>
  [...page.matchAll(FENCED)].map(([, , , info = '', body = '']) => ({
    language: info.trim().split(' ')[0] ?? '',
    body,
  }));

/** The texts between backticks. */
export const inlineCodeOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);

/** The targets of all links, external ones included. */
export const linksOf = (page: string): string[] =>
  [
    ...proseOf(page)
      .replaceAll(/`[^`\n]*`/g, '')
      .matchAll(/\[[^\]]*\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$/gm),
  ].map(([, inline, reference]) => (inline ?? reference) as string);

/** What a link to a heading names, as code hosts make it (https://github.com/Flet/github-slugger). */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} +(.+?)\s*$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Folders that tools create, or that contain no texts of this project. */
const NOT_OURS = new Set(['node_modules', '.git', 'data', 'coverage']);

/** The paths of all pages, relative to the root. */
export const pagesBelow = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name))
    .flatMap((one) =>
      one.isDirectory()
        ? readdirSync(join(root, one.name), { recursive: true, encoding: 'utf8' }).map((file) =>
            join(one.name, file),
          )
        : [one.name],
    )
    .filter((file) => file.endsWith('.md'))
    .toSorted();
