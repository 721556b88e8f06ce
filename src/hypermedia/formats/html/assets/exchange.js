/** Sends requests as a program would, and shows them as HTTP text. */
import { element } from './element.js';
import { indented, parseExact } from './exact.js';

const ACCEPT = 'application/prs.hal-forms+json';

/** @returns the response with its text, and its value if it is JSON */
export async function send({ method = 'GET', url, headers = {}, body }) {
  const response = await fetch(url, { method, headers: { Accept: ACCEPT, ...headers }, body });
  const text = await response.text();
  const isJson = /^[^;]*[/+]json\s*(?:;|$)/i.test(response.headers.get('Content-Type') ?? '');
  const { ok, status, statusText } = response;
  return {
    ok,
    status,
    statusText,
    headers: response.headers,
    text,
    json: isJson ? parseExact(text) : undefined,
  };
}

const head = (headers) => [...headers].map(([name, value]) => `${name}: ${value}`).join('\n');

export function exchangeText({ method = 'GET', url, headers = {}, body }, response) {
  const request = `${method} ${url} HTTP/1.1\nHost: ${location.host}\n${head(Object.entries({ Accept: ACCEPT, ...headers }))}`;
  return {
    body: response.json === undefined ? response.text : indented(response.text),
    request: body === undefined ? request : `${request}\n\n${indented(body)}`,
    response: `HTTP/1.1 ${response.status} ${response.statusText}\n${head(response.headers)}`,
  };
}

/** Fetches the resource as a program would and shows the exchange. */
export async function showExchange(details) {
  const request = { url: details.dataset.exchange };
  const text = exchangeText(request, await send(request));
  for (const [name, content] of Object.entries(text)) {
    const code = details.querySelector(`[data-raw="${name}"]`);
    if (name === 'body') code.replaceChildren(...highlighted(content));
    else code.textContent = content;
  }
  details.querySelector('[data-copy]').hidden = false;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*/g;

/** Highlights names and values of JSON; other text stays as it is. */
export function highlighted(text) {
  const parts = [];
  let done = 0;
  for (const { 0: token, 1: string, 2: colon, index } of text.matchAll(TOKEN)) {
    const kind = string === undefined ? 'literal' : colon === undefined ? 'string' : 'name';
    const end = string === undefined ? token : string;
    parts.push(text.slice(done, index), element('span', { className: `json-${kind}` }, end));
    done = index + end.length;
  }
  return [...parts, text.slice(done)];
}

/** Quotes text for a shell. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Copies the request as a curl command. */
export async function copyAsCurl(button) {
  const details = button.closest('[data-exchange]');
  const url = new URL(details.dataset.exchange, location.href).href;
  const command = `curl -s ${quoted(url)} -H ${quoted(`Accept: ${ACCEPT}`)}`;
  const status = details.querySelector('[data-copied]');
  try {
    await navigator.clipboard.writeText(command);
    status.textContent = 'Copied.';
  } catch {
    // Without clipboard permission, the user can copy it by hand.
    status.replaceChildren(element('code', {}, command));
  }
}
