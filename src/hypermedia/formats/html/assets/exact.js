/** Parses JSON without loss: numbers keep their digits even beyond the precision of JavaScript. */

/** A number with the digits that were typed or sent. */
export const numberOf = (text) => {
  const value = Number(text);
  if (JSON.rawJSON === undefined || String(value) === text) return value;
  try {
    return JSON.rawJSON(text);
  } catch {
    // Number inputs accept texts that JSON does not, such as `.5`.
    return value;
  }
};

export const parseExact = (text) =>
  JSON.parse(text, (_, value, { source } = {}) =>
    typeof value === 'number' && source !== undefined ? numberOf(source) : value,
  );

export const textOf = (value) => (JSON.isRawJSON?.(value) ? value.rawJSON : String(value));

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const DEEPEST = 100;

/** Indents the text of JSON without changing its values. */
export function indented(text) {
  const lines = [];
  let depth = 0;
  let before = '';
  const begin = () => lines.push('\n', '  '.repeat(Math.min(depth, DEEPEST)));
  for (const [token] of text.matchAll(TOKENS)) {
    const isFirst = before === '{' || before === '[';
    if (token === '}' || token === ']') {
      depth -= 1;
      if (!isFirst) begin();
    } else if (isFirst || before === ',') begin();
    lines.push(token === ':' ? ': ' : token);
    if (token === '{' || token === '[') depth += 1;
    before = token;
  }
  return lines.join('');
}
