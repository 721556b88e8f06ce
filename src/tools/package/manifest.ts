/** The `package.json` of the package: only what the gateway and the command line need. */
import { ConfigError } from '../../config/config-error.ts';

interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The oldest major version of Node that has all that the code uses, such as `RegExp.escape`. */
const NODE_VERSION = '24';

export const manifestOf = (
  { name, version, description, license, dependencies }: ProjectManifest,
  imported: ReadonlySet<string>,
  bundled: Readonly<Record<string, string>>,
) => ({
  name,
  version,
  // `npm publish` refuses it.
  private: true,
  description,
  license,
  keywords: ['openapi', 'gateway', 'rest', 'hypermedia', 'hateoas'],
  type: 'module',
  engines: { node: `>=${NODE_VERSION}` },
  bin: { linkway: 'dist/tools/bin.js' },
  exports: {
    '.': {
      types: './dist/gateway/extension/index.d.ts',
      default: './dist/gateway/extension/index.js',
    },
    './package.json': './package.json',
  },
  files: ['dist'],
  dependencies: { ...versionsOf(imported, dependencies), ...bundled },
  bundleDependencies: Object.keys(bundled),
});

/** @throws ConfigError for a package that is only there for development */
function versionsOf(
  imported: ReadonlySet<string>,
  dependencies: Readonly<Record<string, string>>,
): Record<string, string> {
  const missing = [...imported].filter((name) => !Object.hasOwn(dependencies, name));
  if (missing.length > 0)
    throw new ConfigError(`${missing.join(', ')}: the gateway imports it, but it is no dependency`);
  return Object.fromEntries([...imported].toSorted().map((name) => [name, dependencies[name] as string]));
}

/** Static and dynamic imports, and files of packages that are found by `import.meta.resolve`. */
const IMPORT = /(?:\bfrom |\bimport |\bimport\(|\bimport\.meta\.resolve\()'([^'\n]+)'/g;
/** A line of a comment, which may mention an import. */
const COMMENT_LINE = /^\s*\/?\*.*$/gm;
/** The name of a package, maybe with the path of a module (https://docs.npmjs.com/cli/configuring-npm/package-json#name). */
const PACKAGE = /^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(?=\/|$)/;

/** The names of the packages that JavaScript or declarations as written by the TypeScript compiler import. */
export const packagesIn = (text: string): string[] =>
  [...text.replaceAll(COMMENT_LINE, '').matchAll(IMPORT)].flatMap(
    ([, specifier = '']) => PACKAGE.exec(specifier)?.[0] ?? [],
  );
