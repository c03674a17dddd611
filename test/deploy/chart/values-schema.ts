import { configJsonSchema } from '../../../src/config/schema.js';
import { KUBERNETES_VALUES, type Schema } from './kubernetes-values.js';
import { formOf, SECRET_FORM, TEXT_FORMS, textOf } from './text-forms.js';

export const CHART = 'deploy/helm/wheelgate';
export const VALUES_SCHEMA_FILE = `${CHART}/values.schema.json`;

/** Settings that the chart gives each pod itself. */
const OF_THE_POD: Readonly<Record<string, readonly string[]>> = {
  '': ['data', 'policies'],
  replica: ['name', 'listen', 'url'],
};
/** Sections with the name of a Secret among them. */
const WITH_SECRET = ['redis', 's3', 'replica', 'access', 'tls'];
/** What must not lie in a ConfigMap. */
const SECRET = /^(password|secret|sentinel-password)$/;
const REFERENCE = {
  ...textOf(SECRET_FORM),
  description:
    'A reference to a variable, in braces behind a dollar: the variable is one of `env`, from a Secret.',
};
const EXISTING_SECRET = {
  type: 'string',
  minLength: 1,
  description: "A Secret's name; values.yaml says with which keys.",
};
/** Without these the templates would fall over. */
const ALWAYS = ['listen', ...WITH_SECRET, ...Object.keys(KUBERNETES_VALUES)].filter(
  (name) => name !== 'global',
);

interface Section extends Schema {
  readonly properties: Readonly<Record<string, Schema>>;
}

/**
 * Conditions over several values. JSON Schema has no messages of its own: what is asked for in vain here is called by the reason,
 * for it is all that Helm prints.
 */
const CONDITIONS: readonly Schema[] = [
  demanded(
    {
      anyOf: [
        { properties: { replicas: { minimum: 2 } } },
        { properties: { autoscaling: { properties: { enabled: { const: true } } } } },
      ],
      not: {
        properties: {
          redis: { anyOf: [given('url'), given('existingSecret')] },
        },
      },
    },
    'redis.url: replicas find each other through Redis, so more than one needs it (or redis.existingSecret)',
  ),
  demanded(
    {
      anyOf: ['ingress', 'httpRoute'].map((name) => ({
        properties: { [name]: { properties: { enabled: { const: true } } } },
      })),
      not: { ...given('trusted-proxies'), properties: { 'trusted-proxies': { minItems: 1 } } },
    },
    'trusted-proxies: the addresses of the pods in front, or every client would be one of theirs',
  ),
  demanded(
    {
      properties: Object.fromEntries(
        ['ingress', 'httpRoute'].map((name) => [
          name,
          { properties: { enabled: { const: true } } },
        ]),
      ),
    },
    'one of ingress.enabled and httpRoute.enabled only',
  ),
  demanded(
    {
      properties: {
        policies: {
          anyOf: [
            { properties: { folder: { minLength: 1 }, files: { minProperties: 1 } } },
            { properties: { folder: { minLength: 1 }, existingConfigMap: { minLength: 1 } } },
            {
              properties: { files: { minProperties: 1 }, existingConfigMap: { minLength: 1 } },
            },
          ],
        },
      },
    },
    'one of policies.files, policies.existingConfigMap and policies.folder only',
  ),
  demanded(
    {
      properties: {
        replica: {
          ...given('share-policy'),
          properties: { 'share-policy': { const: true } },
        },
        redis: { not: { anyOf: [given('url'), given('existingSecret')] } },
      },
    },
    'redis.url: replicas share a policy through Redis (or redis.existingSecret)',
  ),
  demanded(
    {
      properties: {
        tls: {
          not: given('existingSecret'),
          oneOf: [given('cert'), given('key')],
        },
      },
    },
    'both tls.cert and tls.key, or tls.existingSecret',
  ),
  demanded(
    {
      ...given('serve'),
      properties: {
        serve: { ...given('accel'), properties: { accel: { not: { const: 'off' } } } },
      },
      not: { ...given('trusted-proxies'), properties: { 'trusted-proxies': { minItems: 1 } } },
    },
    'trusted-proxies: the reverse proxy that serve.accel is for',
  ),
];

/** Of what stands at a path, beyond its type. */
const MORE: Readonly<Record<string, Schema>> = {
  'upstreams[].auth': {
    allOf: [
      demanded(
        {
          not: {
            oneOf: ['password', 'password-file', 'password-command'].map(given),
          },
        },
        'one of password, password-file, password-command with "username"',
      ),
    ],
  },
  'upstreams[].absent[]': {
    minimum: 400,
    maximum: 499,
    not: { enum: [401, 407, 408, 425, 429] },
  },
};

function given(name: string): Schema {
  return { required: [name] };
}

interface PartialSchema {
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** @param why in place of the name of what would be needed */
function demanded(where: Schema, why: string): Schema {
  // Written so because an object with a member `then` looks like a promise.
  return Object.fromEntries([
    ['if', where],
    ['then', { required: [why] }],
  ]);
}

/** `values.schema.json` of the chart: Kubernetes' part, and all settings of Wheelgate's under their names. */
export function valuesSchema(): string {
  const { properties } = JSON.parse(configJsonSchema()) as Section;
  const settings = Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => !OF_THE_POD['']!.includes(name))
      .map(([name, schema]) => [name, asValue(name, asChecked(name, schema))]),
  );
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart wheelgate',
    type: 'object',
    additionalProperties: false,
    required: ALWAYS,
    properties: { ...settings, ...KUBERNETES_VALUES },
    allOf: CONDITIONS,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function asValue(name: string, schema: Schema): Schema {
  if (!('properties' in schema)) return schema;
  const { properties } = schema as Section;
  const left = Object.entries(properties).filter(([key]) => !OF_THE_POD[name]?.includes(key));
  const own = Object.fromEntries(left);
  const more = WITH_SECRET.includes(name) ? { existingSecret: EXISTING_SECRET } : {};
  return { ...schema, properties: { ...own, ...more } };
}

/**
 * A setting with all that is asked of it. A password in the values would lie in a ConfigMap: a reference to a variable is what may
 * stand there.
 *
 * @param path of the setting, `[]` for each of a list
 */
function asChecked(path: string, schema: Schema): Schema {
  if (SECRET.test(path.slice(path.lastIndexOf('.') + 1))) return REFERENCE;
  const { pattern, properties, items, anyOf, ...rest } = schema as PartialSchema;
  const form = TEXT_FORMS[path] ?? (pattern === undefined ? undefined : formOf(pattern));
  return {
    ...rest,
    ...(form && textOf(form)),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, part]) => [
          name,
          asChecked(`${path}.${name}`, part),
        ]),
      ),
    }),
    ...(items && { items: asChecked(`${path}[]`, items) }),
    ...(anyOf && { anyOf: anyOf.map((part) => asChecked(path, part)) }),
    ...MORE[path],
  };
}
