/** `docs/reference/command-line.md`: the commands with their own help texts. */
import { help } from '../commands.ts';
import { HELP as newOperation } from '../scaffold/new-operation.ts';
import { HELP as newResource } from '../scaffold/new-resource.ts';
import { HELP as newService } from '../scaffold/new-service.ts';
import { HELP as removeService } from '../scaffold/remove-service.ts';
import { serveHelp } from '../serve/help.ts';
import { page, table, terminal } from './markdown.ts';

export const commandLine = (): string =>
  page(
    'Command line',
    'The commands that take arguments, with what `--help` prints. npm needs `--` before the arguments. [Scripts](scripts.md) lists all commands.',
    '## `linkway`',
    'In a clone it is `npm run linkway --`; [the package](../run-without-a-clone.md) has it as `npx linkway`.',
    terminal(help()),
    terminal(serveHelp()),
    '`FILE|URL` is an OpenAPI document: Swagger 2.0 or OpenAPI 3.x, JSON or YAML. `--json` prints the result for programs. [API keys](../api-keys.md) describes `key` and `password`.',
    table(
      ['exit code', 'meaning'],
      [
        ['0', 'Nothing is wrong.'],
        [
          '1',
          '`check` found a fault, `diff` found a breaking change under the same major version (`info.version`), or `serve` cannot start.',
        ],
        ['2', 'The command line is wrong, or a document cannot be read.'],
      ],
    ),
    '## `npm run new:service`',
    terminal(newService),
    '## `npm run new:operation`',
    terminal(newOperation),
    '## `npm run new:resource`',
    terminal(newResource),
    '## `npm run remove:service`',
    terminal(removeService),
    'The four commands end with 0, with 1 when the change does not fit the project, and with 2 when the command line is wrong. They change everything or nothing.',
  );
