import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { startGateway } from '../../src/gateway/start.ts';
import { createLog } from '../../src/observability/log.ts';
import { itSamples } from '../support/samples.ts';

type Models = Record<string, new (one: Manifest) => { validate(): void }>;

const MODELS: Readonly<Record<string, unknown>> = {
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  v1: core,
};

const FOLDER = 'deploy/kubernetes';

/** Parsed YAML of any shape. */
type Manifest = ReturnType<typeof JSON.parse>;

const files = new Map<string, Manifest[]>(
  readdirSync(FOLDER).map((name) => [
    name,
    parseAllDocuments(readFileSync(`${FOLDER}/${name}`, 'utf8')).map((one) => one.toJS()),
  ]),
);
const all = [...files.values()].flat();
const ofKind = (kind: string): Manifest[] => all.filter((one) => one.kind === kind);
const named = (kind: string, name: string): Manifest =>
  ofKind(kind).find((one) => one.metadata.name === name);

describe('The manifests', () => {
  it.each(
    all.filter(({ kind }) => kind !== 'Kustomization').map((one) => [one.kind, one.metadata.name, one]),
  )('include a valid %s %s', (kind, _name, manifest) => {
    const models = MODELS[manifest.apiVersion] as Models;
    const Model = models[kind] as Models[string];
    expect(() => new Model(manifest).validate()).not.toThrow();
    const broken = { ...manifest, spec: 'x' };
    expect(() => new Model(broken).validate()).toThrow();
  });

  it('are exactly the resources of the kustomization', () => {
    const [kustomization] = ofKind('Kustomization');
    expect([...kustomization.resources, 'kustomization.yaml'].toSorted()).toEqual(
      [...files.keys()].toSorted(),
    );
  });

  it('have only selectors that match pods', () => {
    for (const { metadata, spec } of ofKind('Deployment')) {
      const { labels } = spec.template.metadata;
      const { name } = metadata;
      for (const selector of [
        spec.selector.matchLabels,
        named('Service', name).spec.selector,
        named('PodDisruptionBudget', name).spec.selector.matchLabels,
        named('NetworkPolicy', name).spec.podSelector.matchLabels,
        spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels,
      ])
        expect(labels).toMatchObject(selector);
      expect(named('HorizontalPodAutoscaler', name).spec.scaleTargetRef.name).toBe(name);
      expect(named('HorizontalPodAutoscaler', name).spec.minReplicas).toBeGreaterThan(
        named('PodDisruptionBudget', name).spec.maxUnavailable,
      );
    }
  });

  it('give each process minimal privileges', () => {
    for (const { spec } of ofKind('Deployment')) {
      const { containers, securityContext, automountServiceAccountToken, volumes } = spec.template.spec;
      // No volume is shared, so that two pods may run at the same time during an update.
      for (const volume of volumes) expect(volume.emptyDir ?? volume.secret).toBeDefined();
      expect([automountServiceAccountToken, securityContext.runAsNonRoot]).toEqual([false, true]);
      for (const { securityContext: own, resources, env } of containers) {
        expect(own).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect([Object.keys(resources.requests), Object.keys(resources.limits)]).toEqual([
          ['cpu', 'memory'],
          ['cpu', 'memory'],
        ]);
        expect(JSON.stringify(env)).not.toMatch(/:[^/"@]+@/);
      }
    }
  });

  it('have probes for paths that the gateway serves', async () => {
    const log = createLog({ level: 'silent' });
    const config = parseGatewayConfig('services: {}', 'gateway.yaml');
    const gateway = await startGateway({ config, port: 0, host: '127.0.0.1', log });
    const probes = ofKind('Deployment').flatMap(({ spec }) => {
      const [{ startupProbe, livenessProbe, readinessProbe }] = spec.template.spec.containers;
      return [startupProbe, livenessProbe, readinessProbe];
    });
    const paths = new Set(probes.map(({ httpGet }) => httpGet.path));
    for (const path of paths) expect((await fetch(gateway.url + path)).status).toBe(200);
    expect([...paths].toSorted()).toEqual(['/health/live', '/health/ready']);
    await gateway.close();
  });

  itSamples('admit only the clients of each service', () => {
    const clientsOf = (name: string) =>
      named('NetworkPolicy', name).spec.ingress[0].from?.map(
        (one: Manifest) => one.podSelector.matchLabels['app.kubernetes.io/name'],
      );
    expect(clientsOf('gateway')).toBeUndefined();
    // The project may have further services.
    const samplesOf = (name: string) =>
      clientsOf(name).filter((one: string) =>
        ['gateway', 'consumers', 'restaurants', 'orders'].includes(one),
      );
    expect(samplesOf('orders')).toEqual(['gateway', 'consumers', 'restaurants']);
    expect(samplesOf('restaurants')).toEqual(['gateway', 'orders']);
    const everything = ofKind('NetworkPolicy').find((one) => one.metadata.name === 'deny-by-default');
    expect(everything.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
    expect([everything.spec.ingress, everything.spec.egress]).toEqual([undefined, undefined]);
  });
});
