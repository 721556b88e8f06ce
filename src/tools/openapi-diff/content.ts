/** Bodies by media type, of requests and of answers. */
import { isObject } from '../../openapi/load/grammar.ts';
import { below, type Changes, entriesOf, type Spot } from './change.ts';
import type { About, SchemaDiff } from './schemas.ts';

/** What a comparison writes to, and with what. */
export interface Comparison {
  readonly old: object;
  readonly now: object;
  readonly changes: Changes;
  readonly schemas: SchemaDiff;
}

/** @param old where `content` stands, and what it is */
export function compareContent(old: Spot, now: Spot, about: About, { changes, schemas }: Comparison): void {
  const [before, after] = [old, now].map(({ value, pointer }) => entriesOf(value, pointer)) as [
    Map<string, Spot>,
    Map<string, Spot>,
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

const schemaOf = ({ value, pointer }: Spot): Spot => ({
  value: isObject(value) ? value.schema : undefined,
  pointer: below(pointer, 'schema'),
});
