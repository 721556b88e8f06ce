/** Where things are in this project, and what it is made of. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConfigError } from '../../config/config-error.ts';
import { readSettings } from '../../config/settings.ts';
import type { FileChanges } from './changes.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** Of the configuration, from the root. */
export const gatewayFile = (): string => readSettings(process.env).GATEWAY_CONFIG;

export const folderOf = (service: string): string => `services/${service}`;
export const testsOf = (service: string): string => `test/services/${service}`;
export const documentOf = (service: string): string => `openapi/${service}.yaml`;
/** What the last release of it said. */
export const releasedOf = (service: string): string => `openapi/released/${service}.yaml`;

/** The services that have code here. */
export const servicesHere = (root: string): string[] => {
  const folder = join(root, 'services');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'contract.ts')))
    .toSorted();
};

const run = promisify(execFile);

/** Whether the formatter has nothing to change in it. */
async function isFormatted(root: string, path: string): Promise<boolean> {
  return run(biome(root), ['check', path], { cwd: root }).then(
    () => true,
    () => false,
  );
}

const biome = (root: string): string => join(root, 'node_modules/.bin/biome');

/** What is wrong in other files was so before. @throws ConfigError with the faults of these files */
async function checkTypes(root: string, files: readonly string[], remedy: string): Promise<void> {
  const tsc = run(join(root, 'node_modules/.bin/tsc'), ['--pretty', 'false'], { cwd: root });
  const { stdout } = await tsc.catch((error: { stdout: string }) => error);
  const faults = stdout.split('\n').filter((line) => files.some((file) => line.startsWith(`${file}(`)));
  if (faults.length > 0) throw rejectedChange(faults.join('\n'), remedy);
}

interface ApplyOptions {
  /** What helps where new code does not hold. */
  readonly remedy?: string;
  /** Whether it is compiled too, which takes a while. */
  readonly isCompiled?: boolean;
}

/**
 * Makes the changes, formats what was formatted before, and writes the documents anew; all of that or nothing.
 * @throws ConfigError with what it is refused for
 */
export async function applyChanges(
  changes: FileChanges,
  { remedy = '', isCompiled = false }: ApplyOptions = {},
): Promise<void> {
  const { root } = changes;
  const code = changes.written.filter((path) => path.endsWith('.ts'));
  const formatted: string[] = [];
  for (const path of code)
    if (!existsSync(join(root, path)) || (await isFormatted(root, path))) formatted.push(path);
  const present = existsSync(join(root, 'openapi'))
    ? readdirSync(join(root, 'openapi'), { withFileTypes: true })
        .filter((one) => one.isFile())
        .map(({ name }) => `openapi/${name}`)
    : [];
  const documents = [
    ...new Set([...generatedFiles(root), ...present, ...changes.written.flatMap(generatedFilesOf)]),
  ];
  const made = code.filter((path) => !existsSync(join(root, path)));
  const readmes = servicesHere(root).map((name) => `${folderOf(name)}/README.md`);
  await changes.apply(
    async (isEnded) => {
      // Another name helps where the fault is in what is new, not in what a person wrote before.
      const helps = (text: string) => (made.some((path) => text.includes(path)) ? remedy : '');
      if (formatted.length > 0)
        await runOrReject(run(biome(root), ['check', '--write', ...formatted], { cwd: root }), helps);
      isEnded.throwIfAborted();
      await runOrReject(
        run(process.execPath, ['src/tools/openapi.ts'], { cwd: root, env: process.env }),
        helps,
      );
      isEnded.throwIfAborted();
      if (isCompiled) await checkTypes(root, made, remedy);
    },
    [...documents, ...readmes],
  );
}

/** What `npm run openapi` makes of it beside the documents. */
const generatedFiles = (root: string): string[] => {
  const folder = 'deploy/kubernetes';
  const files = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
  const requests = servicesHere(root).map((name) => `openapi/http/${name}.http`);
  return ['compose.yaml', ...requests, ...files.map((name) => `${folder}/${name}`)];
};

const generatedFilesOf = (path: string): string[] => {
  const [, service] = /^services\/([^/]+)\//.exec(path) ?? [];
  return service === undefined
    ? []
    : [documentOf(service), `openapi/http/${service}.http`, `deploy/kubernetes/${service}.yaml`];
};

/** What a command says when it fails is what whoever waits for it has to know. */
async function runOrReject(command: Promise<unknown>, remedyFor: (text: string) => string): Promise<void> {
  try {
    await command;
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    const [text = String(error)] = [stderr, stdout].filter(Boolean);
    throw rejectedChange(text.trim().replace(/^linkway: /, ''), remedyFor(text));
  }
}

const rejectedChange = (text: string, remedy: string): ConfigError =>
  new ConfigError(
    `nothing was changed, because the result would be invalid${remedy && `; ${remedy}`}: ${text}`,
  );
