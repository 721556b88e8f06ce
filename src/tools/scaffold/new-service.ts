/**
 * `npm run new:service -- invoices`: generates a complete service from the job cards next to this file: contract, links,
 * handlers, a store with migrations, a README and tests. It adds the service to `gateway.yaml` and generates its document.
 */

import { ConfigError } from '../../config/config-error.ts';
import { RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import { GATEWAY, POSTGRES } from '../manifests/workload.ts';
import { FileChanges } from './changes.ts';
import { checkKnown, checkName, checkResource, runCommand } from './command.ts';
import { freePort, hasPort, withEntry } from './gateway-entry.ts';
import { namesOf } from './names.ts';
import { applyChanges, folderOf, gatewayFile, ROOT, servicesHere } from './project.ts';
import { addLinkBack, relationTo } from './relation.ts';
import { OTHER_NAME_HINT, rejectReservedWord } from './reserved-words.ts';
import { filesOf, mayClash } from './sample.ts';

export const HELP = `npm run new:service -- NAME [--resource NAME] [--relation SERVICE] [--port PORT]

  Generates a service with a resource, its states and actions, and tests, and adds it to gateway.yaml.

  NAME                 the plural, as in its URLs: invoices, line-items
  --resource NAME      the singular; by default derived from NAME
  --relation SERVICE   the service with the parent resource: adds links in both directions, also for expand
  --port PORT          the port of the service when it runs alone; by default the next free one

`;

export interface NewService {
  readonly name: string;
  readonly resource?: string | undefined;
  readonly relation?: string | undefined;
  readonly port?: string | undefined;
}

/**
 * @returns the lines of the output
 * @throws ConfigError when the name is in use or invalid; then nothing is changed
 */
export async function newService({ name, resource, relation, port }: NewService): Promise<readonly string[]> {
  checkName(name);
  checkResource(resource);
  if (name === GATEWAY || name === POSTGRES)
    throw new ConfigError(`${name} is the name of another container; choose another name`);
  const known = servicesHere(ROOT);
  const changes = new FileChanges(ROOT);
  if (changes.has(folderOf(name)) || known.includes(name))
    throw new ConfigError(
      `services/${name} already exists; choose another name, or run remove:service first`,
    );
  const names = namesOf(name, resource);
  rejectReservedWord(names.one.camel, OTHER_NAME_HINT);
  for (const taken of [name, names.many.kebab])
    if (RESERVED_SEGMENTS.has(taken))
      throw new ConfigError(`/${taken} is reserved by the gateway; choose another name`);
  if (relation !== undefined) checkKnown(relation, known, 'service');
  const related = relation === undefined ? undefined : await relationTo(ROOT, relation);
  const wanted = { names, ...(related && relation && { relation: { ...related, service: relation } }) };
  for (const [path, text] of filesOf(wanted)) changes.write(path, text);

  const gateway = changes.read(gatewayFile());
  if (port !== undefined && !/^\d{1,5}$/.test(port))
    throw new ConfigError(`--port ${port} is not a port; use a number from 1 to 65535`);
  if (port !== undefined && hasPort(gateway, Number(port)))
    throw new ConfigError(`another service in gateway.yaml uses port ${port}; choose another port`);
  const url = `http://127.0.0.1:${port ?? freePort(gateway)}`;
  changes.write(gatewayFile(), withEntry(gateway, name, { url }));
  if (related && relation !== undefined) addLinkBack(changes, { to: relation, names, relation: related });

  const { lines } = changes;
  await applyChanges(changes, { remedy: OTHER_NAME_HINT, isCompiled: mayClash(names) });
  const item = `/${names.many.kebab}/${names.prefix}-1001`;
  return [
    ...lines,
    '',
    `${name} is behind the gateway. Start with services/${name}/contract.ts; npm run openapi generates the documents from it.`,
    '',
    '  npm run check && npm test',
    '  npm start',
    `  curl -s 'http://localhost:8080${item}${related ? `?expand=${related.names.one.camel}` : ''}'`,
    '',
    `npm run remove:service -- ${name} removes all of it.`,
  ];
}

if (import.meta.main)
  await runCommand({
    help: HELP,
    names: 1,
    values: ['resource', 'relation', 'port'],
    run: ({ names: [name = ''], values: { resource, relation, port } }) =>
      newService({ name, resource, relation, port }),
  });
