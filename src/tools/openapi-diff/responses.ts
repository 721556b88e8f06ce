/** Compares the responses of an operation: statuses, bodies, headers and links. */
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { appendPointer, dereference, entriesOf, type LocatedValue } from './change.ts';
import { type Comparison, compareContent } from './content.ts';
import type { ComparisonSubject } from './schemas.ts';

/** @param old the location and the value of `responses` */
export function compareResponses(
  old: LocatedValue,
  now: LocatedValue,
  about: ComparisonSubject,
  comparison: Comparison,
): void {
  const { changes } = comparison;
  const [before, after] = [statusesOf(comparison.old, old), statusesOf(comparison.now, now)];
  for (const [status, response] of before) {
    const same = after.get(status);
    if (same) compareResponse(response, same, about, comparison);
    // Removing an error response is safe.
    else if (/^[123d]/.test(status))
      changes.add('breaking', about.subject, response.pointer, `no longer responds with ${status}`);
  }
  for (const [status, { pointer }] of after)
    if (!before.has(status)) changes.add('adding', about.subject, pointer, `may now respond with ${status}`);
}

interface Response {
  readonly node: Json;
  readonly pointer: string;
}

const statusesOf = (document: object, { value, pointer }: LocatedValue): Map<string, Response> =>
  new Map(
    [...entriesOf(value, pointer)].flatMap(([status, spot]): [string, Response][] => {
      const { node, pointer: at } = dereference(document, spot);
      return node && !status.startsWith('x-') ? [[status, { node, pointer: at }]] : [];
    }),
  );

function compareResponse(
  old: Response,
  now: Response,
  about: ComparisonSubject,
  comparison: Comparison,
): void {
  const spotsOf = (name: string) =>
    [old, now].map(({ node, pointer }) => ({ value: node[name], pointer: appendPointer(pointer, name) })) as [
      LocatedValue,
      LocatedValue,
    ];
  compareContent(...spotsOf('content'), about, comparison);
  const { changes, schemas } = comparison;
  for (const [section, word] of [
    ['headers', 'header'],
    ['links', 'link'],
  ] as const) {
    const [before, after] = spotsOf(section).map(({ value, pointer }) => entriesOf(value, pointer)) as [
      Map<string, LocatedValue>,
      Map<string, LocatedValue>,
    ];
    for (const [name, spot] of before) {
      const given = after.get(name);
      const [one, same] = [dereference(comparison.old, spot), given && dereference(comparison.now, given)];
      if (!same) changes.add('breaking', about.subject, spot.pointer, `the ${word} ${name} was removed`);
      else if (section === 'headers') schemas.compare(schemaOf(one), schemaOf(same), about);
      else if (leadsTo(one) !== leadsTo(same))
        changes.add('breaking', about.subject, same.pointer, `the link ${name} now leads elsewhere`);
    }
    for (const [name, { pointer }] of after)
      if (!before.has(name)) changes.add('adding', about.subject, pointer, `the ${word} ${name} is new`);
  }
}

type Target = ReturnType<typeof dereference>;

const schemaOf = ({ node, pointer }: Target): LocatedValue => ({
  value: isObject(node) ? node.schema : undefined,
  pointer: appendPointer(pointer, 'schema'),
});

const leadsTo = ({ node }: Target): unknown => node?.operationId ?? node?.operationRef;
