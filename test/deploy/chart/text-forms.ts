import type { Schema } from './kubernetes-values.js';

/** What a text must look like. Helm's patterns know no lookahead. */
interface Form {
  readonly pattern: string;
  /** What a person reads who has written something else. */
  readonly wanted: string;
  /** A text with `${NAME}` in it, where Wheelgate fills it in: a pattern for all of it. */
  readonly referring?: string;
}

const REFERENCE = '\\$\\{\\w+\\}';
const REFERRING = `^.*${REFERENCE}.*$`;
/** No password may stand beside the reference. */
const URL_REFERRING = `^[^@]*${REFERENCE}[^@]*$`;
/** Where a URL may hold a password, that is the reference. */
const URL_WITH_PASSWORD_REFERRING = `^([^@]*${REFERENCE}[^@]*|\\w+://[\\w.-]*:${REFERENCE}@[^@]*)$`;

const PORT = '0*([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';
const IPV6 = '\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\\]';
const NAME = '[A-Za-z0-9]([\\w.-]*[A-Za-z0-9])?\\.?';
const HOST = `(${IPV6}|${NAME})`;
const SERVER = `${HOST}(:${PORT})?`;

/** No references: a port of the Service is read from it. */
const HOST_AND_PORT: Form = {
  pattern: `^${HOST}:${PORT}$`,
  wanted: 'HOST:PORT such as 0.0.0.0:8080 or [::]:8080',
};
const WEB_URL: Form = {
  pattern: `^https?://${SERVER}(/[^?#]*)?$`,
  wanted: 'a URL such as https://pypi.example.com/simple/, without credentials, query and fragment',
  referring: URL_REFERRING,
};
const ABSOLUTE_PATH: Form = {
  pattern: '^/.+$',
  wanted: 'an absolute path such as /run/secrets/token',
  referring: REFERRING,
};
const BITS = '(/0*([1-9]?\\d|1[01]\\d|12[0-8]))?';
const OCTET = '(\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])';
const NETWORK: Form = {
  pattern: `^(loopback|linklocal|uniquelocal|${OCTET}(\\.${OCTET}){3}(/0?([12]?\\d|3[0-2]))?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*${BITS})$`,
  wanted: 'an address or a network such as 10.0.0.0/8',
  referring: REFERRING,
};

/** Of settings that are any text to a JSON Schema, but not to Wheelgate: by their path, `[]` for each of a list. */
export const TEXT_FORMS: Readonly<Record<string, Form>> = {
  listen: HOST_AND_PORT,
  'dashboard.listen': HOST_AND_PORT,
  'dashboard.policy-repository': {
    pattern: `^https://${SERVER}([/?#].*)?$`,
    wanted: 'an https:// URL without credentials',
    referring: URL_REFERRING,
  },
  'public-url': WEB_URL,
  upstream: WEB_URL,
  'upstreams[].url': WEB_URL,
  'upstreams[].files[]': {
    pattern: `^(\\*\\.[^.*]+\\.[\\w.-]+|${HOST})(:${PORT})?$`,
    wanted: 'a host such as files.example.com or files.example.com:8443, or *.files.example.com',
    referring: REFERRING,
  },
  'upstreams[].claims[]': {
    pattern: '^[A-Za-z0-9*]([\\w.*-]*[A-Za-z0-9*])?$',
    wanted: 'a project name, with * for any run of characters',
    referring: REFERRING,
  },
  'upstreams[].auth.password-file': ABSOLUTE_PATH,
  'upstreams[].tls.cert': ABSOLUTE_PATH,
  'upstreams[].tls.key': ABSOLUTE_PATH,
  'feed.url': {
    pattern: `^([^:@]+|https?://${SERVER}([/?].*)?)$`,
    wanted: 'a URL without a password, a folder or none',
    referring: URL_WITH_PASSWORD_REFERRING,
  },
  'trusted-proxies[]': NETWORK,
  'replica.peers[]': NETWORK,
  'redis.url': {
    pattern: `^rediss?://${SERVER}(,${SERVER})*(/\\d{0,3})?$`,
    wanted:
      'a URL such as redis://redis.example.com:6379, without a password: that is in redis.existingSecret or a variable',
    referring: URL_WITH_PASSWORD_REFERRING,
  },
  's3.prefix': {
    pattern: "^([\\w!*'()-][\\w.!*'()-]*(/[\\w!*'()-][\\w.!*'()-]*)*/?)?$",
    wanted: 'a prefix such as pypi/',
    referring: REFERRING,
  },
  's3.endpoint': {
    ...WEB_URL,
    wanted: 'a URL such as https://s3.example.com, without credentials, query and fragment',
  },
  'webhooks[].url': {
    pattern: `^https?://${SERVER}([/?#].*)?$`,
    wanted: 'a URL such as https://chat.example.com/hooks/builds, without credentials',
    referring: URL_REFERRING,
  },
};

/** Settings that may be any text: names, files and programs. */
export const ANY_TEXT: readonly string[] = [
  'upstreams[].auth.username',
  'upstreams[].auth.password-command[]',
  'decisions.file',
  'access.tokens',
  'tls.cert',
  'tls.key',
  'redis.username',
  'redis.ca',
];

/**
 * A text of this form. Helm's message on a pattern repeats the value, which may be a secret; that on a constant says only what is
 * wanted.
 */
export function textOf({ pattern, wanted, referring }: Form): Schema {
  const forms = [{ pattern }, ...(referring === undefined ? [] : [{ pattern: referring }])];
  // Written so because an object with a member `then` looks like a promise.
  const conditions = [
    ['if', { not: forms.length === 1 ? forms[0] : { anyOf: forms } }],
    ['then', { const: wanted }],
  ];
  return Object.fromEntries([['type', 'string'], ...conditions]);
}

/** A whole value that is a reference, as a secret must be. */
export const SECRET_FORM: Form = {
  pattern: `^${REFERENCE}$`,
  wanted: 'a reference to a variable of env, in braces behind a dollar',
};

/** The form that a setting's own pattern gives it. */
export function formOf(pattern: string): Form {
  return { pattern, wanted: `text that matches ${pattern}`, referring: REFERRING };
}
