import { describe, expect, it } from '@jest/globals';
import { prose } from '../../../../src/gateway/portal/discovery/prose.ts';
import { html } from '../../../../src/http/page/html.ts';

describe('prose', () => {
  const text = (source: string) => html`${prose(source)}`.text;

  it('has code and links of this server', () => {
    expect(text('Start at [the `top`](/), or `GET` `/status`, `/problems/{code}`\n\nMore.')).toBe(
      'Start at <a href="/">the top</a>, or <code>GET</code> <a href="/status"><code>/status</code></a>, <code>/problems/{code}</code>',
    );
  });

  it('makes no link to elsewhere and no element', () => {
    expect(text('[a](//b.c) [d](javascript:e) <b> `//b.c`')).toBe(
      '[a](//b.c) [d](javascript:e) &lt;b&gt; <code>//b.c</code>',
    );
  });
});
