/**
 * `npm run pack`: builds the package in `dist/package` and packs it as `dist/linkway-VERSION.tgz`. Node does not run
 * TypeScript in `node_modules`, so the package has JavaScript: the modules that the command line reaches, and what they
 * need beside them. `--out FOLDER` writes to another folder.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { ConfigError } from '../../config/config-error.ts';
import { exitOnConfigError } from '../../config/exit-on-config-error.ts';
import { bundleSwaggerUi } from './bundled.ts';
import { manifestOf, packagesIn } from './manifest.ts';
import { readmeOf } from './readme.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Everything else is imported by these. */
const ENTRIES = ['tools/bin.ts', 'gateway/extension/index.ts', 'gateway/reload/document-worker.ts'];
const PACKED = /^linkway-\d.*\.tgz$/;
const API = 'gateway/extension/index.ts';

/** The packed file, and how the package came out. */
interface Packed {
  readonly file: string;
  readonly modules: number;
  readonly dependencies: number;
}

export async function pack(out: string): Promise<Packed> {
  const folder = join(out, 'package');
  const built = join(folder, 'dist');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(built, { recursive: true });
  await Promise.all([
    compile(ENTRIES, built, ['--removeComments']),
    // Declarations of the public API only.
    compile([API], built, ['--declaration', '--emitDeclarationOnly']),
  ]);
  copyAssets(built);
  const texts = filesBelow(built)
    .filter((file) => /\.(?:js|d\.ts)$/.test(file) && !file.includes('/assets/'))
    .map((file) => readFileSync(file, 'utf8'));
  const manifest = manifestOf(
    JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
    new Set(texts.flatMap(packagesIn)),
    bundleSwaggerUi(folder),
  );
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  const page = readFileSync(join(ROOT, 'docs/run-without-a-clone.md'), 'utf8');
  writeFileSync(join(folder, 'README.md'), readmeOf(page));
  // The Dockerfile takes the one that is there.
  for (const name of readdirSync(out)) if (PACKED.test(name)) rmSync(join(out, name));
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', out], folder);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return {
    file: join(out, filename),
    modules: texts.length,
    dependencies: Object.keys(manifest.dependencies).length,
  };
}

/** Compiles with the options of `tsconfig.json`. @throws ConfigError with the output of the compiler */
async function compile(entries: readonly string[], out: string, options: readonly string[]): Promise<void> {
  const flags = [
    ...['--noEmit', 'false', '--ignoreConfig', '--strict', '--skipLibCheck', '--verbatimModuleSyntax'],
    ...['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--types', 'node'],
    ...['--target', 'esnext', '--module', 'nodenext', '--rewriteRelativeImportExtensions'],
    ...['--rootDir', 'src', '--outDir', out],
  ];
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  await execute(tsc, [...flags, ...options, ...entries.map((entry) => join('src', entry))], ROOT);
}

/** Style sheets, scripts and images are beside the modules that read them. */
function copyAssets(built: string): void {
  const source = join(ROOT, 'src');
  const assets = filesBelow(source).filter(
    (file) => !file.endsWith('.ts') && !file.startsWith(join(source, 'tools/')),
  );
  for (const file of assets) {
    const target = join(built, relative(source, file));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(file, target);
  }
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** @throws ConfigError with the output of the command */
const execute = (command: string, args: readonly string[], cwd: string) =>
  promisify(execFile)(command, [...args], { cwd, maxBuffer: 16 * 1024 ** 2 }).catch(
    (error: Error & { stdout?: string; stderr?: string }) => {
      const output = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim() || error.message;
      throw new ConfigError(output.split('\n'), error);
    },
  );

if (import.meta.main)
  await exitOnConfigError(async () => {
    const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'dist') } } });
    const { file, modules, dependencies } = await pack(resolve(values.out));
    process.stdout.write(`${relative('', file)}: ${modules} modules, ${dependencies} dependencies\n`);
  });
