/** Compares the bodies of requests and responses by media type. */
import { isObject } from '../../openapi/load/grammar.ts';
import { appendPointer, type ChangeList, entriesOf, type LocatedValue } from './change.ts';
import type { ComparisonSubject, SchemaDiff } from './schemas.ts';

/** The context of a comparison. */
export interface Comparison {
  readonly old: object;
  readonly now: object;
  readonly changes: ChangeList;
  readonly schemas: SchemaDiff;
}

/** @param old the location and the value of `content` */
export function compareContent(
  old: LocatedValue,
  now: LocatedValue,
  about: ComparisonSubject,
  { changes, schemas }: Comparison,
): void {
  const [before, after] = [old, now].map(({ value, pointer }) => entriesOf(value, pointer)) as [
    Map<string, LocatedValue>,
    Map<string, LocatedValue>,
  ];
  const isSent = about.direction === 'sent';
  for (const [type, media] of before) {
    const same = after.get(type);
    if (same) schemas.compare(schemaOf(media), schemaOf(same), about);
    else
      changes.add(
        'breaking',
        about.subject,
        media.pointer,
        `${type} is no longer ${isSent ? 'accepted' : 'offered'}`,
      );
  }
  for (const [type, { pointer }] of after)
    if (!before.has(type))
      changes.add('adding', about.subject, pointer, `${type} is now ${isSent ? 'accepted' : 'offered'} too`);
}

const schemaOf = ({ value, pointer }: LocatedValue): LocatedValue => ({
  value: isObject(value) ? value.schema : undefined,
  pointer: appendPointer(pointer, 'schema'),
});
