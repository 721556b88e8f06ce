/**
 * A path template, segment by segment (OpenAPI 3.1 §4.8.8.1). The gateway and the services both match paths with these
 * functions, so that they accept the same paths.
 */

/** A segment is a literal, or it has parameters: `invoice.{format}` has the fixed texts `invoice.` and an empty one. */
export interface Segment {
  /** Parameters in the segment; none in a literal. */
  readonly names: readonly string[];
  /** The texts before, between and after the parameters; a literal has one. */
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

/** Documents may contain literals in encoded or plain form. */
function decodedLiteral(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The form for requests to services: only necessary characters are encoded. */
export const encodedLiteral = (text: string): string =>
  encodeURI(text).replace(/[?#/]/g, (character) => encodeURIComponent(character));

/** @returns the values of the parameters, none of them empty, or undefined if the segment does not match */
export function matchSegment(value: string, { names, fixed }: Segment): string[] | undefined {
  const [first = ''] = fixed;
  const last = fixed.at(-1) ?? '';
  if (!value.startsWith(first) || !value.endsWith(last)) return undefined;
  const end = value.length - last.length;
  const values: string[] = [];
  let at = first.length;
  // Each value ends at the first match of the text that follows it.
  for (let index = 0; index < names.length; index++) {
    const next = index === names.length - 1 ? end : value.indexOf(fixed[index + 1] as string, at + 1);
    if (next <= at || next > end) return undefined;
    values.push(value.slice(at, next));
    at = next + (index === names.length - 1 ? 0 : (fixed[index + 1] as string).length);
  }
  return values;
}

/** Like `matchSegment`, with decoded values. Falls back to the decoded segment if its literal text is encoded. */
const matchDecodedSegment = (raw: string, decoded: string, segment: Segment): string[] | undefined =>
  matchSegment(raw, segment)?.map(decodeURIComponent) ?? matchSegment(decoded, segment);

/** @returns the decoded parameters of a path, or undefined if the path does not match the template */
export function matchTemplate(
  segments: readonly Segment[],
  raw: readonly string[],
  decoded: readonly string[],
): Record<string, string> | undefined {
  if (raw.length !== segments.length) return undefined;
  const found: [string, string][] = [];
  // Runs for each link of an expansion, where iterators would take most of the time.
  for (let index = 0; index < segments.length; index++) {
    const { names, fixed } = segments[index] as Segment;
    const decodedSegment = decoded[index] ?? '';
    if (names.length === 0) {
      if (decodedSegment !== fixed[0]) return undefined;
      continue;
    }
    const values = matchDecodedSegment(raw[index] ?? '', decodedSegment, segments[index] as Segment);
    if (values === undefined) return undefined;
    for (let at = 0; at < names.length; at++) found.push([names[at] as string, values[at] as string]);
  }
  return Object.fromEntries(found);
}
