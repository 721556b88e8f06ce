/** `docs/reference/problems.md`: every problem type of the library, with its meaning and its remedy. */
import { libraryProblems } from '../../contract/problems.ts';
import { code, page, table } from './markdown.ts';

export function problems(): string {
  const all = [...libraryProblems.values()];
  return page(
    'Problems',
    'Every error is `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). Its `type` is `/problems/{code}`, a page of the gateway with the text below. The source is `src/contract/problems.ts`. Services declare more types in their contracts.',
    table(
      ['type', 'status', 'title'],
      all.map(({ code: name, status, title }) => [`[${code(name)}](#${name})`, String(status), title]),
    ),
    ...all.flatMap(({ code: name, status, title, meaning, remedy }) => [
      `## ${code(name)}`,
      `**${status}** ${title}.`,
      meaning,
      `**What to do:** ${remedy}`,
    ]),
  );
}
