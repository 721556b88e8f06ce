/** The files that resource pages need in addition to those of all pages. */

import { pageFiles } from '../../../http/page/files.ts';
import { type Html, html } from '../../../http/page/html.ts';

export const browserFiles = pageFiles(new URL('./assets/', import.meta.url));

const pathOf = (name: 'explorer.css' | 'explorer.js'): string => browserFiles.get(name)?.path ?? '';

/** For the head of a page. */
export const explorerHead: Html = html`<link rel="stylesheet" href="${pathOf('explorer.css')}">
<script src="${pathOf('explorer.js')}" type="module"></script>
`;
