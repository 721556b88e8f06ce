/** JSON as it was sent: numbers keep their digits, also those that JavaScript has no room for. */

/** A number as it was typed or sent. */
export const numberOf = (text) => {
  const value = Number(text);
  if (JSON.rawJSON === undefined || String(value) === text) return value;
  try {
    return JSON.rawJSON(text);
  } catch {
    // What a control for numbers takes and JSON does not, as `.5`.
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

/** The text of JSON with a line for each member, and else to the letter. */
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
