import { nearest } from '../yaml/nearest.js';
import type { Problem } from '../yaml/problem.js';
import { CONFIG_KEYS, type ConfigKey } from './keys.js';
import { readS3Url } from './sections/s3.js';

/** A value from outside the file, and the name of its source. */
export interface Override {
  readonly key: ConfigKey;
  readonly value: unknown;
  /** `WHEELGATE_LISTEN`, `--listen`. */
  readonly source: string;
}

/** Variables that are not settings: the file's own path, a command's token, and those reserved for tests. */
const OTHERS = /^WHEELGATE_(?:CONFIG|TOKEN|TEST_\w*)$/;

/** Variables that Kubernetes sets in every pod next to a Service that is named `wheelgate`. */
const SERVICE_LINKS =
  /^WHEELGATE_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

const PREFIX = 'WHEELGATE_';

/** Settings from `WHEELGATE_…` variables; one left empty counts as not set, one that is unknown is a problem. */
export function overridesFromEnvironment(env: Readonly<Record<string, string | undefined>>): {
  overrides: Override[];
  problems: Problem[];
} {
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  const names = CONFIG_KEYS.map((key) => key.variable.slice(PREFIX.length));
  for (const [variable, text] of Object.entries(env).sort()) {
    if (!variable.startsWith(PREFIX) || OTHERS.test(variable) || SERVICE_LINKS.test(variable))
      continue;
    const key = CONFIG_KEYS.find((candidate) => candidate.variable === variable);
    if (key === undefined) {
      // The common prefix would make all names similar.
      const near = nearest(variable.slice(PREFIX.length), names);
      const hint = near === undefined ? '' : ` (did you mean "${PREFIX}${near}"?)`;
      const message = `no setting has this name${hint}`;
      problems.push({ file: variable, message });
    } else if (text !== undefined && text.trim() !== '') {
      take({ key, value: text, source: variable }, overrides, problems);
    }
  }
  return { overrides, problems };
}

/**
 * Settings from flags, by the setting's name: `{ listen: '…' }`; a flag is called by its last part. `s3` is a URL for several
 * settings.
 */
export function overridesFromFlags(flags: Readonly<Record<string, string | undefined>>): {
  overrides: Override[];
  problems: Problem[];
} {
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  for (const [name, text] of Object.entries(flags)) {
    if (text === undefined) continue;
    if (name === 's3') {
      takeS3(text, overrides, problems);
      continue;
    }
    const key = CONFIG_KEYS.find((candidate) => candidate.name === name);
    if (key === undefined) throw new RangeError(`no setting is named ${name}`);
    const flag = name === 'redis.url' ? 'redis' : key.path.at(-1);
    take({ key, value: text, source: `--${flag}` }, overrides, problems);
  }
  return { overrides, problems };
}

function takeS3(text: string, overrides: Override[], problems: Problem[]): void {
  const settings = readS3Url(text);
  const source = '--s3';
  if (settings === undefined) {
    const message =
      'expected a URL such as s3://BUCKET/PREFIX?endpoint=https://s3.example.com&region=us-east-1';
    problems.push({ file: source, message });
    return;
  }
  // It is complete: omitted settings have their defaults.
  for (const key of CONFIG_KEYS.filter(({ path: [section] }) => section === 's3')) {
    const value = settings[key.name];
    if (value === undefined) overrides.push({ key, value, source });
    else take({ key, value, source }, overrides, problems);
  }
}

function take({ key, value, source }: Override, overrides: Override[], problems: Problem[]): void {
  try {
    overrides.push({ key, value: read(key, String(value).trim()), source });
  } catch {
    // Without the value: upstreams contain passwords.
    problems.push({ file: source, message: 'expected a list: a,b,c or JSON' });
  }
}

/** Text converted to the key's type; a text that does not fit is kept, and the schema reports the expected type. */
function read(key: ConfigKey, text: string): unknown {
  switch (key.type) {
    case 'list':
      return /^[[{]/.test(text) ? JSON.parse(text) : text.split(',').map((part) => part.trim());
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text);
    case 'text':
      return text;
  }
}
