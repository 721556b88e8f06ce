/** The page of a resource: its state, its actions, its links, and the raw exchange. */
import { html } from '../../../http/page/html.ts';
import { layout } from '../../../http/page/layout.ts';
import type { Body, RenderContext } from '../format.ts';
import { actionForms } from './actions.ts';
import { collection } from './collection.ts';
import { embeds } from './embeds.ts';
import { rawExchange } from './exchange.ts';
import { resourceFields } from './fields.ts';
import { explorerHead } from './files.ts';
import { linkList } from './links.ts';
import { headingOf } from './names.ts';
import { isPage } from './parts.ts';
import { search } from './search.ts';
import { trail } from './trail.ts';

export function page(body: Body, context: RenderContext): string {
  const { kind, name } = headingOf(body, context);
  return layout({
    title: `${name} · linkway`,
    current: context.url,
    isAtGateway: context.isFromGateway,
    head: explorerHead,
    content: html`${trail}
<header class="heading">${kind && html`<p class="kind">${kind}</p>`}<h1>${name}</h1></header>
<div class="resource${!isPage(body) && ' two'}">
<div class="about">
${
  isPage(body)
    ? [actionForms(body, context, true), search(body, context), collection(body, name, context)]
    : resourceFields(body)
}
${embeds(body, context)}
</div>
<div class="next">
${!isPage(body) && actionForms(body, context)}
${linkList(body, context)}
</div>
</div>
${rawExchange(body, context.url)}`,
  });
}
