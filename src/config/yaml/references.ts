/**
 * Replaces references in the values of a configuration: `${NAME}` is an environment variable, `${NAME:-default}` has a
 * default, `${file:/run/secrets/x}` is the content of a file, and `$${` stands for `${`. They are replaced after the text is
 * parsed, so that a value cannot change the structure. Secrets can so stay outside of the file.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

type Path = readonly PropertyKey[];

/** A replaced value. Faults must not show it. */
interface Replacement {
  readonly path: Path;
  /** The references as written. */
  readonly references: readonly string[];
  /** The texts that replaced them, and the whole value. */
  readonly texts: readonly string[];
}

export interface ResolvedReferences {
  readonly value: unknown;
  readonly replacements: readonly Replacement[];
  readonly faults: readonly { readonly path: Path; readonly message: string }[];
  /** Texts that may not be logged: contents of files, and variables whose names say so. */
  readonly secrets: readonly string[];
  /** Changes with any replaced text. Empty without references. */
  readonly fingerprint: string;
}

/** The largest file, and the most that all references of a configuration may add. */
const MAX_FILE_BYTES = 64 * 1024;
const MAX_TOTAL = 10 * 1024 ** 2;

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const VARIABLE = /^([A-Za-z_]\w*)(?::-(.*))?$/s;
const FILE = 'file:';
const SECRET_NAME = /token|secret|passw|passphrase|key|credential|signature|jwt|auth/i;

/** The files that a text refers to, also where it is invalid. */
export const referencedFiles = (text: string, folder: string): string[] => [
  ...new Set(
    [...text.matchAll(/\$\{file:([^}\n]+)\}/g)].map(([, file = '']) => resolve(folder, file.trim())),
  ),
];

interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of relative files. */
  readonly folder: string;
}

export function resolveReferences(root: unknown, sources: Sources): ResolvedReferences {
  const replacements: Replacement[] = [];
  const faults: { path: Path; message: string }[] = [];
  const secrets = new Set<string>();
  const hash = createHash('sha256');
  const read = createReader(sources);
  let total = 0;

  const replaceIn = (text: string, path: Path): string => {
    if (!text.includes('${')) return text;
    const references: string[] = [];
    const texts: string[] = [];
    const missing: string[] = [];
    const replaced = text.replaceAll(REFERENCE, (written: string, inner?: string, end?: string) => {
      if (inner === undefined) return '${';
      const found = end === '}' ? read(inner) : { fault: 'is not closed' };
      if ('fault' in found) {
        missing.push(`${written} ${found.fault}`);
        return '';
      }
      total += found.text.length;
      references.push(written);
      texts.push(found.text);
      if (found.isSecret) secrets.add(found.text);
      hash.update(JSON.stringify([path, found.text]));
      return total > MAX_TOTAL ? '' : found.text;
    });
    if (total > MAX_TOTAL) missing.push('the references add more than 10 MB');
    for (const message of missing) faults.push({ path, message });
    // Without a value, the text stays for the other checks, whose faults here are left out.
    if (missing.length > 0) return text;
    if (references.length > 0) replacements.push({ path, references, texts: [...texts, replaced] });
    return replaced;
  };

  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return replaceIn(value, path);
    if (Array.isArray(value)) return value.map((one, index) => walk(one, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, [...path, name])]));
  };

  const value = walk(root, []);
  const fingerprint = replacements.length > 0 ? hash.digest('hex') : '';
  return { value, replacements, faults, secrets: [...secrets], fingerprint };
}

type Found = { readonly text: string; readonly isSecret: boolean } | { readonly fault: string };

function createReader({ env, folder }: Sources): (inner: string) => Found {
  const files = new Map<string, Found>();
  return (inner) => {
    if (inner.startsWith(FILE)) {
      const file = resolve(folder, inner.slice(FILE.length).trim());
      const found = files.get(file) ?? readSecret(file);
      files.set(file, found);
      return found;
    }
    const [, name = '', fallback] = VARIABLE.exec(inner) ?? [];
    if (name === '') return { fault: 'is no reference; write $${ for the text ${' };
    if (fallback?.includes('${')) return { fault: 'has a reference in its default, which is not supported' };
    const text = (Object.hasOwn(env, name) && env[name]) || fallback;
    if (text === undefined)
      return { fault: `is not set; set the environment variable, or write \${${name}:-default}` };
    return { text, isSecret: SECRET_NAME.test(name) && text !== fallback };
  };
}

/** Reads a file without its last line break, which most tools add. */
function readSecret(file: string): Found {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return { fault: 'is not a file' };
    if (stat.size > MAX_FILE_BYTES) return { fault: 'is larger than 64 kB' };
    const bytes = readFileSync(file);
    if (bytes.includes(0)) return { fault: 'is not a text' };
    const text = bytes.toString('utf8').replace(/\r?\n$/, '');
    return text === '' ? { fault: 'is empty' } : { text, isSecret: true };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { fault: code === 'ENOENT' ? 'does not exist' : `cannot be read: ${code}` };
  }
}
