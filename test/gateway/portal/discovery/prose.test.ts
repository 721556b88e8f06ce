import { describe, expect, it } from '@jest/globals';
import { prose } from '../../../../src/gateway/portal/discovery/prose.ts';
import { html } from '../../../../src/http/page/html.ts';

describe('CommonMark texts', () => {
  const text = (source: string) => html`${prose(source)}`.text;

  it('Code and links to this server are converted to HTML', () => {
    expect(text('Start at [the `top`](/), or `GET` `/status`, `/problems/{code}`\n\nMore.')).toBe(
      'Start at <a href="/">the top</a>, or <code>GET</code> <a href="/status"><code>/status</code></a>, <code>/problems/{code}</code>',
    );
  });

  it('Links to other servers and HTML elements are escaped', () => {
    expect(text('[a](//b.c) [d](javascript:e) <b> `//b.c`')).toBe(
      '[a](//b.c) [d](javascript:e) &lt;b&gt; <code>//b.c</code>',
    );
  });
});
