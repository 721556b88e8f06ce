/**
 * Kubernetes manifests: one file for each workload, and one for the network policies. PostgreSQL is expected as a Service
 * `postgres` with a Secret of the same name, for example from an operator of the cluster.
 */
import {
  DATA,
  DATABASE_PORT,
  type Deployment,
  environmentOf,
  GATEWAY,
  IMAGE,
  MIN_REPLICAS,
  PORT,
  POSTGRES,
  USER,
  type Workload,
} from './workload.ts';

const NAME = 'app.kubernetes.io/name';
const PART_OF = { 'app.kubernetes.io/part-of': IMAGE };
const SECRETS = '/run/secrets/postgres';
const DNS_PORT = 53;

const labelsOf = (name: string) => ({ [NAME]: name, ...PART_OF });
const selects = (name: string) => ({ matchLabels: { [NAME]: name } });

/** File name → its documents. */
export function manifestsOf(deployment: Deployment): ReadonlyMap<string, readonly object[]> {
  const parts = [deployment.gateway, ...deployment.services];
  const files = new Map<string, readonly object[]>(
    parts.map((part) => [`${part.name}.yaml`, manifestsOfPart(part, deployment.gracePeriodSeconds)]),
  );
  files.set('network-policies.yaml', policiesOf(deployment));
  files.set('kustomization.yaml', [
    {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [...files.keys()],
      images: [{ name: IMAGE, newTag: 'latest' }],
    },
  ]);
  return files;
}

const manifestsOfPart = (part: Workload, gracePeriodSeconds: number): readonly object[] => {
  const { name } = part;
  const metadata = { name, labels: labelsOf(name) };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: selects(name),
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: { metadata: { labels: labelsOf(name) }, spec: podOf(part, gracePeriodSeconds) },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        // A headless service: clients see each pod and balance by load and health.
        ...(name !== GATEWAY && { clusterIP: 'None' }),
        selector: { [NAME]: name },
        ports: [{ name: 'http', port: PORT, targetPort: 'http' }],
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { maxUnavailable: 1, selector: selects(name) },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: MIN_REPLICAS,
        maxReplicas: part.maxReplicas,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
      },
    },
  ];
};

const podOf = (part: Workload, gracePeriodSeconds: number) => ({
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: gracePeriodSeconds,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: USER,
    runAsGroup: USER,
    fsGroup: USER,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: selects(part.name),
    },
  ],
  containers: [
    {
      name: part.name,
      image: IMAGE,
      args: part.command,
      env: Object.entries({
        ...environmentOf(part),
        ...(part.hasDatabase && { DATABASE_PASSWORD_FILE: `${SECRETS}/password` }),
      }).map(([name, value]) => ({ name, value })),
      ports: [{ name: 'http', containerPort: PORT }],
      // Liveness never depends on other services. The first start has time for migrations.
      startupProbe: probe('/health/live', { periodSeconds: 2, failureThreshold: 60 }),
      livenessProbe: probe('/health/live', { periodSeconds: 10, failureThreshold: 3 }),
      readinessProbe: probe('/health/ready', { periodSeconds: 1, failureThreshold: 1 }),
      resources: {
        requests: { cpu: '100m', memory: '128Mi' },
        limits: { cpu: '1', memory: '512Mi' },
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: [
        { name: 'data', mountPath: DATA },
        { name: 'tmp', mountPath: '/tmp' },
        ...(part.hasDatabase ? [{ name: POSTGRES, mountPath: SECRETS, readOnly: true }] : []),
      ],
    },
  ],
  volumes: [
    { name: 'data', emptyDir: { sizeLimit: '64Mi' } },
    { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
    ...(part.hasDatabase
      ? [{ name: POSTGRES, secret: { secretName: POSTGRES, items: [{ key: 'password', path: 'password' }] } }]
      : []),
  ],
});

const probe = (path: string, timing: { periodSeconds: number; failureThreshold: number }) => ({
  httpGet: { path, port: 'http' },
  timeoutSeconds: 2,
  ...timing,
});

const port = (number: number, protocol = 'TCP') => ({ port: number, protocol });
const pods = (name: string) => ({ podSelector: selects(name) });

/** Workloads reach only the workloads that they call. Everyone reaches the gateway. */
function policiesOf({ gateway, services }: Deployment): readonly object[] {
  const parts = [gateway, ...services];
  const policy = (name: string, spec: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, labels: PART_OF },
    spec,
  });
  return [
    policy('deny-by-default', { podSelector: { matchLabels: PART_OF }, policyTypes: ['Ingress', 'Egress'] }),
    policy('names', {
      podSelector: { matchLabels: PART_OF },
      policyTypes: ['Egress'],
      egress: [{ to: [{ namespaceSelector: {} }], ports: [port(DNS_PORT, 'UDP'), port(DNS_PORT)] }],
    }),
    ...parts.map((part) => {
      const callers = parts.filter(({ calls }) => calls.includes(part.name)).map(({ name }) => pods(name));
      return policy(part.name, {
        podSelector: selects(part.name),
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ ...(part.name !== GATEWAY && { from: callers }), ports: [port(PORT)] }],
        egress: [
          ...part.calls.map((name) => ({ to: [pods(name)], ports: [port(PORT)] })),
          ...(part.hasDatabase ? [{ to: [pods(POSTGRES)], ports: [port(DATABASE_PORT)] }] : []),
        ],
      });
    }),
  ];
}
