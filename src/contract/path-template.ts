/**
 * A path template, segment by segment (OpenAPI 3.1 §4.8.8.1). Gateway and services read templates with these functions
 * alone, so that both take the same paths.
 */

/** A literal text, or what a segment has beside its parameters: `invoice.{format}` is `invoice.` and nothing. */
export interface Segment {
  /** Parameters in the segment; none in a literal. */
  readonly names: readonly string[];
  /** What stands before, between and after them; a literal has one. */
  readonly fixed: readonly string[];
}

export const templateSegments = (template: string): Segment[] =>
  template
    .toWellFormed()
    .split('/')
    .map((text) => {
      const pieces = text.split(/\{([^}]*)\}/);
      return {
        names: pieces.filter((_, index) => index % 2 === 1),
        fixed: pieces.filter((_, index) => index % 2 === 0).map(decodedLiteral),
      };
    });

/** A literal may be written encoded in a document, or not. */
function decodedLiteral(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As it is sent on: with nothing encoded that need not be. */
export const encodedLiteral = (text: string): string =>
  encodeURI(text).replace(/[?#/]/g, (character) => encodeURIComponent(character));

/** @returns the parameters' values, none of which is empty; undefined where the segment has another form */
export function matchSegment(value: string, { names, fixed }: Segment): string[] | undefined {
  const [first = ''] = fixed;
  const last = fixed.at(-1) ?? '';
  if (!value.startsWith(first) || !value.endsWith(last)) return undefined;
  const end = value.length - last.length;
  const values: string[] = [];
  let at = first.length;
  // Each ends where what follows it is found first, which leaves most for the rest.
  for (let index = 0; index < names.length; index++) {
    const next = index === names.length - 1 ? end : value.indexOf(fixed[index + 1] as string, at + 1);
    if (next <= at || next > end) return undefined;
    values.push(value.slice(at, next));
    at = next + (index === names.length - 1 ? 0 : (fixed[index + 1] as string).length);
  }
  return values;
}

/** As `valuesIn`, decoded: of the segment as it came, or, where the text between the values is encoded, as it is meant. */
const matchDecodedSegment = (raw: string, decoded: string, segment: Segment): string[] | undefined =>
  matchSegment(raw, segment)?.map(decodeURIComponent) ?? matchSegment(decoded, segment);

/** The parameters of a path that a template matches, decoded; undefined where the path has another form. */
export function matchTemplate(
  segments: readonly Segment[],
  raw: readonly string[],
  decoded: readonly string[],
): Record<string, string> | undefined {
  if (raw.length !== segments.length) return undefined;
  const found: [string, string][] = [];
  for (const [index, segment] of segments.entries()) {
    const [asSent = '', meant = ''] = [raw[index], decoded[index]];
    if (segment.names.length === 0) {
      if (meant !== segment.fixed[0]) return undefined;
      continue;
    }
    const values = matchDecodedSegment(asSent, meant, segment);
    if (values === undefined) return undefined;
    for (const [place, name] of segment.names.entries()) found.push([name, values[place] as string]);
  }
  return Object.fromEntries(found);
}
