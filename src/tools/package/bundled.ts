/**
 * Puts Swagger UI into the package. Its own package has four builds with source maps, 12 MB, and a dependency that reports
 * each installation to a server; the gateway serves 2 MB of it and must not report on the people who install linkway.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The package that the gateway imports. It imports the one with the files. */
const SWAGGER_UI = 'swagger-ui-express';
const SWAGGER_FILES = 'swagger-ui-dist';

/** What the gateway does not serve: source maps, other builds and their sizes. */
const UNUSED = /\.map$|es-bundle|standalone-preset|^swagger-ui\.js|^log\./;

/**
 * Copies the packages below the folder of the package.
 * @returns the names and versions that the manifest has to bundle
 */
export function bundleSwaggerUi(folder: string): Readonly<Record<string, string>> {
  const library = dirname(createRequire(import.meta.url).resolve(`${SWAGGER_UI}/package.json`));
  const files = dirname(createRequire(join(library, 'index.js')).resolve(`${SWAGGER_FILES}/package.json`));
  const { version } = copyPackage(library, join(folder, 'node_modules', SWAGGER_UI));
  copyPackage(files, join(folder, 'node_modules', SWAGGER_FILES));
  return { [SWAGGER_UI]: version };
}

function copyPackage(from: string, to: string): { readonly version: string } {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) if (!UNUSED.test(name)) cpSync(join(from, name), join(to, name));
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  const dependencies = Object.entries(manifest.dependencies ?? {}).filter(([name]) => !isReporting(name));
  const kept = { ...manifest, dependencies: Object.fromEntries(dependencies) };
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(kept, undefined, 2)}\n`);
  return manifest;
}

const isReporting = (name: string): boolean => name.startsWith('@scarf/');
