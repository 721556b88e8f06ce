import { expect, it } from '@jest/globals';
import { rawExchange } from '../../../../src/hypermedia/formats/html/exchange.ts';

const LONG = 256 * 1024;

it('The raw exchange shows its body, its request and its response, each with a title', () => {
  const { text } = rawExchange({ id: '<a>' }, '/things/a?x="1"');
  expect(text).toContain('<details class="exchange" data-exchange="/things/a?x=&quot;1&quot;">');
  expect(text).toContain('<summary>The raw exchange</summary>');
  expect(text).toContain('data-copy="curl" hidden>Copy as curl</button>');
  for (const [title, name, shown] of [
    ['Response body', 'body', '{\n  &quot;id&quot;: &quot;&lt;a&gt;&quot;\n}'],
    ['Request', 'request', 'GET /things/a?x=&quot;1&quot; HTTP/1.1\nAccept: application/prs.hal-forms+json'],
    ['Response', 'response', 'HTTP/1.1 200 OK\nContent-Type: application/hal+json'],
  ])
    expect(text).toContain(
      `<h3 id="raw-${name}">${title}</h3>\n<pre role="region" aria-labelledby="raw-${name}" tabindex="0"><code data-raw="${name}">${shown}</code></pre>`,
    );
});

it('A body with a form has the media type of HAL-FORMS', () => {
  const body = { _templates: { default: { method: 'POST' } } };
  expect(rawExchange(body, '/').text).toContain('Content-Type: application/prs.hal-forms+json');
});

it('A long body is fetched by the script', () => {
  const bodyOf = (length: number) => ({ a: 'x'.repeat(length - '{\n  "a": ""\n}'.length) });
  expect(rawExchange(bodyOf(LONG), '/').text).toContain('xxx');
  expect(rawExchange(bodyOf(LONG + 1), '/').text).toContain('data-raw="body">…</code>');
});
