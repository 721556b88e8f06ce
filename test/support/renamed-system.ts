/** The whole system with every path renamed by configuration, so that no segment is as in the contracts. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import type { PathNames } from '../../src/config/path-names.ts';
import { start } from '../../src/main.ts';
import { withCluster } from './cluster.ts';
import type { System } from './system.ts';

interface RenamedSystem extends System {
  /** The path templates of the contracts by service, with their new names. */
  readonly names: Readonly<Record<string, PathNames>>;
}

interface GatewayYaml {
  readonly services: Record<string, { document: string; paths?: PathNames }>;
}

export async function startRenamedSystem(): Promise<RenamedSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  const config: GatewayYaml = parse(await readFile('gateway.yaml', 'utf8'));
  const names: Record<string, PathNames> = {};
  const words = new Map<string, string>();
  for (const [name, service] of Object.entries(config.services)) {
    service.document = resolve(service.document);
    const { paths } = parse(await readFile(service.document, 'utf8'));
    service.paths = Object.fromEntries(Object.keys(paths).map((path) => [path, renamed(path, words)]));
    names[name] = service.paths;
  }
  const file = join(folder, 'gateway.yaml');
  await writeFile(file, stringify(config));
  await withCluster(folder);
  const system = await start({ PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'silent', GATEWAY_CONFIG: file });
  return {
    url: system.url,
    names,
    close: async () => {
      await system.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** `/orders/{orderId}/cancel` → `/w1/{orderId}/w2`. */
const renamed = (path: string, words: Map<string, string>): string =>
  path.replaceAll(/\/([^/{]+)(?=\/|$)/g, (_, segment: string) => {
    const word = words.get(segment) ?? `w${words.size + 1}`;
    words.set(segment, word);
    return `/${word}`;
  });
