/** `docs/reference/environment-variables.md`: every variable that linkway reads, from the schema that reads them. */
import { settingsTable } from '../../config/settings.ts';
import { code, page, table } from './markdown.ts';

export const environmentVariables = (): string =>
  page(
    'Environment variables',
    'Every environment variable that linkway reads. The source is `src/config/settings.ts`.',
    'A variable that is set to nothing counts as absent. A wrong value ends the start with one line that names the variable.',
    table(
      ['variable', 'default', 'meaning'],
      settingsTable.map(({ name, default: fallback, meaning }) => [code(name), code(fallback), meaning]),
    ),
  );
