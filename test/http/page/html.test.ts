import { describe, expect, it } from '@jest/globals';
import { html } from '../../../src/http/page/html.ts';

describe('html', () => {
  it('Values are escaped exactly once', () => {
    const inner = html`<i>${'<&>'}</i>`;

    expect(html`<a title="${`"'`}">${[inner, 1, null, false, undefined]}</a>`.text).toBe(
      '<a title="&quot;&#39;"><i>&lt;&amp;&gt;</i>1</a>',
    );
  });
});
