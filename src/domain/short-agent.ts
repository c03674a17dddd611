/** The maximum length of each part of a short form: a client chooses its User-Agent. */
const LONGEST = { whole: 40, name: 24, version: 24 } as const;
/** pip and uv send about 450 characters. */
const LONGEST_JSON = 4_096;

const PRODUCT = /^([A-Za-z][\w.-]*)\/([\w.+!-]+)(?=[ ;,(]|$)/;
/** What poetry and pdm add: `CPython/3.11.7 Linux/6.1.0`. */
const PYTHON = /^ ([A-Za-z]+)\/([\w.+]+) ([A-Za-z]+)\//;
const WORD = /^[A-Za-z][\w.-]*$/;
const VERSION = /^[\w.+!-]+$/;

/** A client by its name, its version, and its Python and system if it gives them: `pip 26.3 (CPython 3.11.7, Linux)`. */
export function shortAgent(text: string): string {
  const [product, name, version] = PRODUCT.exec(text) ?? [];
  if (product === undefined) return cut(text, LONGEST.whole);
  const client = `${cut(name!, LONGEST.name)} ${cut(version!, LONGEST.version)}`;
  const more = moreOf(text.slice(product.length));
  return more.length === 0 ? client : `${client} (${more.join(', ')})`;
}

/** The Python and the system. */
function moreOf(rest: string): string[] {
  const [, name, version, platform] = PYTHON.exec(rest) ?? [];
  if (name !== undefined) return said({ name, version }, { name: platform });
  if (!rest.startsWith(' {') || rest.length > LONGEST_JSON) return [];
  const json = parsed(rest);
  if (!isObject(json)) return [];
  const { implementation, system } = json;
  return said(implementation, system);
}

function said(python: unknown, system: unknown): string[] {
  const implementation = part(python, 'name', WORD);
  const version = part(python, 'version', VERSION);
  const named = [implementation, version].filter((one) => one !== undefined).join(' ');
  return [named, part(system, 'name', WORD) ?? ''].filter((one) => one !== '');
}

/** One field of an object that a client sent. */
function part(from: unknown, field: keyof typeof LONGEST, form: RegExp): string | undefined {
  const value = isObject(from) ? from[field] : undefined;
  return typeof value === 'string' && form.test(value) ? cut(value, LONGEST[field]) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The decision log cuts a long text, so the JSON may be incomplete. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Never cuts inside a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${[...text.slice(0, 2 * length)].slice(0, length).join('')}…`;
}
