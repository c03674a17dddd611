/** A part of a JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: 'string' };
const YES_OR_NO: Schema = { type: 'boolean' };
/** What Kubernetes itself defines and checks. */
const OBJECT: Schema = { type: 'object' };
const OBJECTS: Schema = { type: 'array', items: OBJECT };
const TEXTS: Schema = { type: 'object', additionalProperties: TEXT };
const PORT: Schema = { type: 'integer', minimum: 1, maximum: 65535 };
const QUANTITY: Schema = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$' };
const ABSOLUTE: Schema = { type: 'string', pattern: '^(/.*)?$' };
const COUNT: Schema = { type: 'integer', minimum: 1 };
const RETAIN: Schema = { enum: ['Retain', 'Delete'] };

/** An object with these keys and no others. */
export function keys(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties, additionalProperties: false };
}

/** Values of the chart that are no settings of Wheelgate's: `templates/_settings.tpl` leaves them out of `wheelgate.yaml`. */
export const KUBERNETES_VALUES: Readonly<Record<string, Schema>> = {
  global: OBJECT,
  policies: keys({ files: TEXTS, existingConfigMap: TEXT, folder: ABSOLUTE }),
  env: OBJECTS,
  replicas: { type: 'integer', minimum: 1, maximum: 100 },
  image: keys({
    repository: { type: 'string', minLength: 1 },
    tag: TEXT,
    digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
    pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
  }),
  imagePullSecrets: OBJECTS,
  nameOverride: TEXT,
  fullnameOverride: TEXT,
  persistence: keys({
    enabled: YES_OR_NO,
    size: QUANTITY,
    storageClass: TEXT,
    accessModes: { type: 'array', items: TEXT, minItems: 1 },
    annotations: TEXTS,
    retain: keys({ whenScaled: RETAIN, whenDeleted: RETAIN }),
  }),
  resources: OBJECT,
  service: keys({
    type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
    port: PORT,
    annotations: TEXTS,
    dashboardPort: PORT,
  }),
  ingress: keys({
    enabled: YES_OR_NO,
    className: TEXT,
    host: { type: 'string', minLength: 1 },
    tlsSecret: TEXT,
    annotations: TEXTS,
  }),
  httpRoute: keys({
    enabled: YES_OR_NO,
    hostnames: { type: 'array', items: TEXT },
    parentRefs: OBJECTS,
    annotations: TEXTS,
  }),
  networkPolicy: keys({
    enabled: YES_OR_NO,
    from: OBJECTS,
    metricsFrom: OBJECTS,
    extraEgress: OBJECTS,
  }),
  podDisruptionBudget: keys({
    enabled: YES_OR_NO,
    maxUnavailable: { oneOf: [COUNT, { type: 'string', pattern: '^[0-9]+%$' }] },
  }),
  autoscaling: keys({
    enabled: YES_OR_NO,
    minReplicas: COUNT,
    maxReplicas: COUNT,
    targetCPU: { type: 'integer', minimum: 1, maximum: 1000 },
  }),
  podMonitor: keys({
    enabled: YES_OR_NO,
    interval: { type: 'string', pattern: '^[0-9]+(s|m)$' },
    labels: TEXTS,
  }),
  prometheusRule: keys({
    enabled: YES_OR_NO,
    labels: TEXTS,
    runbookBase: { type: 'string', pattern: '^(https?://.*/)?$' },
  }),
  dashboardConfigMap: keys({ enabled: YES_OR_NO, labels: TEXTS }),
  serviceAccount: keys({ create: YES_OR_NO, name: TEXT, annotations: TEXTS }),
  stopDelay: { type: 'integer', minimum: 0, maximum: 60 },
  podAnnotations: TEXTS,
  podLabels: TEXTS,
  nodeSelector: TEXTS,
  tolerations: OBJECTS,
  affinity: OBJECT,
  priorityClassName: TEXT,
  topologySpreadConstraints: OBJECTS,
  extraVolumes: OBJECTS,
  extraVolumeMounts: OBJECTS,
  extraContainers: OBJECTS,
  initContainers: OBJECTS,
  test: keys({ image: TEXT, project: TEXT, tokenSecret: TEXT }),
};
