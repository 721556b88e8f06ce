/** Requests of a program, and how they look on the wire. */

const ACCEPT = 'application/prs.hal-forms+json';

/** @returns the answer with its text, and its JSON where it is that */
export async function send({ method = 'GET', url, headers = {}, body }) {
  const answer = await fetch(url, { method, headers: { Accept: ACCEPT, ...headers }, body });
  const text = await answer.text();
  const isJson = /[/+]json\b/.test(answer.headers.get('Content-Type') ?? '');
  const { ok, status, statusText } = answer;
  return {
    ok,
    status,
    statusText,
    headers: answer.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

const head = (headers) => [...headers].map(([name, value]) => `${name}: ${value}`).join('\n');
const pretty = (json) => JSON.stringify(json, null, 2);

export function exchangeText({ method = 'GET', url, headers = {}, body }, answer) {
  const request = `${method} ${url} HTTP/1.1\nHost: ${location.host}\n${head(Object.entries({ Accept: ACCEPT, ...headers }))}`;
  const content = answer.json === undefined ? answer.text : pretty(answer.json);
  return {
    request: body === undefined ? request : `${request}\n\n${pretty(JSON.parse(body))}`,
    response: `HTTP/1.1 ${answer.status} ${answer.statusText}\n${head(answer.headers)}\n\n${content}`,
  };
}

/** Asks as a program would and shows what went over the wire. */
export async function showExchange(details) {
  const request = { url: details.dataset.exchange };
  const text = exchangeText(request, await send(request));
  for (const [name, content] of Object.entries(text))
    details.querySelector(`[data-raw="${name}"]`).textContent = content;
}
