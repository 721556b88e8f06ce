/** The paths of this project, and the tools that apply changes to it. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ConfigError } from '../../config/config-error.ts';
import { readSettings } from '../../config/settings.ts';
import type { FileChanges } from './changes.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** Path of the configuration file, relative to the root. */
export const gatewayFile = (): string => readSettings(process.env).GATEWAY_CONFIG;

export const folderOf = (service: string): string => `services/${service}`;
export const testsOf = (service: string): string => `test/services/${service}`;
export const documentOf = (service: string): string => `openapi/${service}.yaml`;
/** The document of the last release of a service. */
export const releasedOf = (service: string): string => `openapi/released/${service}.yaml`;

/** The services with code in this project. */
export const servicesHere = (root: string): string[] => {
  const folder = join(root, 'services');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'contract.ts')))
    .toSorted();
};

const run = promisify(execFile);

/** Whether the file is already formatted. */
async function isFormatted(root: string, path: string): Promise<boolean> {
  return run(biome(root), ['check', path], { cwd: root }).then(
    () => true,
    () => false,
  );
}

const biome = (root: string): string => join(root, 'node_modules/.bin/biome');

/** Ignores errors in other files, which existed before. @throws ConfigError with the errors of these files */
async function checkTypes(root: string, files: readonly string[], remedy: string): Promise<void> {
  const tsc = run(join(root, 'node_modules/.bin/tsc'), ['--pretty', 'false'], { cwd: root });
  const { stdout } = await tsc.catch((error: { stdout: string }) => error);
  const faults = stdout.split('\n').filter((line) => files.some((file) => line.startsWith(`${file}(`)));
  if (faults.length > 0) throw rejectedChange(faults.join('\n'), remedy);
}

interface ApplyOptions {
  /** The remedy if new code is invalid. */
  readonly remedy?: string;
  /** Whether to run the compiler too, which takes a while. */
  readonly isCompiled?: boolean;
}

/**
 * Applies the changes, formats new files and files that were formatted before, and generates the documents. After a failure
 * it restores all files.
 * @throws ConfigError with the reason of the failure
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
      // Another name helps only if the fault is in new files.
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

/** The files that `npm run openapi` generates besides the documents. */
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

/** @throws ConfigError with the output of the command when it fails */
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
