import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Values } from './render.js';
import { CHART } from './values-schema.js';

/** What people would install, by name. */
export const VALUE_SETS: Readonly<Record<string, Values>> = {
  minimal: {},
  'two replicas on Redis and S3': {
    replicas: 2,
    redis: { url: 'redis://redis:6379' },
    s3: { bucket: 'wheels' },
  },
  'behind an Ingress': {
    ingress: {
      enabled: true,
      className: 'nginx',
      host: 'pypi.example.com',
      tlsSecret: 'pypi-example-com',
    },
    'trusted-proxies': ['10.42.0.0/16'],
    policies: { files: { 'company.yaml': 'deny: []\n' } },
  },
  'without volumes, behind a Gateway': {
    persistence: { enabled: false },
    s3: { bucket: 'wheels', endpoint: 'http://minio:9000' },
    httpRoute: {
      enabled: true,
      hostnames: ['pypi.example.com'],
      parentRefs: [{ name: 'internal', namespace: 'gateways' }],
    },
    'trusted-proxies': ['10.42.0.0/16'],
    stopDelay: 0,
  },
  'policies from git': parse(readFileSync(`${CHART}/examples/git-sync.yaml`, 'utf8')) as Values,
  everything: {
    fullnameOverride: 'packages',
    listen: '[::]:8443',
    redis: { mode: 'sentinel', existingSecret: 'redis', prefix: 'packages' },
    s3: {
      bucket: 'wheels',
      prefix: 'pypi/',
      endpoint: 'https://s3.example.com:9443',
      existingSecret: 's3',
    },
    replica: { existingSecret: 'fleet', 'share-policy': true, peers: ['100.64.0.0/10'] },
    access: { existingSecret: 'tokens' },
    tls: { existingSecret: 'certificate' },
    policies: { existingConfigMap: 'company-policies' },
    env: [
      {
        name: 'INTERNAL_TOKEN',
        valueFrom: { secretKeyRef: { name: 'indexes', key: 'internal' } },
      },
      { name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' },
    ],
    upstreams: [
      {
        name: 'internal',
        url: 'http://index.example.com:3141/root/simple/',
        claims: ['acme-*'],
        auth: { username: 'ci', password: `\${INTERNAL_TOKEN}` },
      },
      { name: 'pypi' },
    ],
    'public-url': 'https://pypi.example.com/',
    contact: '#python-platform',
    cache: { disk: '40GiB', memory: 268435456 },
    decisions: { keep: 30 },
    dashboard: { listen: '[::]:8090' },
    server: { 'shutdown-grace': '2m' },
    'trusted-proxies': ['10.42.0.0/16'],
    image: {
      repository: 'images.example.com/wheelgate',
      digest: `sha256:${'0'.repeat(64)}`,
      pullPolicy: 'Always',
    },
    imagePullSecrets: [{ name: 'images' }],
    persistence: {
      size: '50Gi',
      storageClass: 'fast',
      annotations: { 'example.com/backup': 'daily' },
      retain: { whenScaled: 'Delete' },
    },
    service: { type: 'LoadBalancer', port: 443, annotations: { 'example.com/internal': 'true' } },
    ingress: { enabled: true, host: 'pypi.example.com', className: 'nginx' },
    networkPolicy: {
      enabled: true,
      from: [{ namespaceSelector: { matchLabels: { team: 'ml' } } }],
      metricsFrom: [
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
      ],
      extraEgress: [{ ports: [{ port: 3128, protocol: 'TCP' }] }],
    },
    podDisruptionBudget: { maxUnavailable: '25%' },
    autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 9 },
    podMonitor: { enabled: true, labels: { release: 'prometheus' } },
    prometheusRule: {
      enabled: true,
      labels: { release: 'prometheus' },
      runbookBase: 'https://git.example.com/wheelgate/blob/main/',
    },
    dashboardConfigMap: { enabled: true },
    serviceAccount: {
      annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/wheelgate' },
    },
    podAnnotations: { 'example.com/team': 'platform' },
    podLabels: { team: 'platform' },
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'packages', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            podAffinityTerm: {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'wheelgate' } },
            },
          },
        ],
      },
    },
    priorityClassName: 'high',
    topologySpreadConstraints: [
      {
        maxSkew: 2,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'wheelgate' } },
      },
    ],
    extraVolumes: [{ name: 'authorities', configMap: { name: 'authorities' } }],
    extraVolumeMounts: [{ name: 'authorities', mountPath: '/etc/authorities', readOnly: true }],
    test: { tokenSecret: 'test-token' },
  },
};
