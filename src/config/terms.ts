import { isIP } from 'node:net';
import { z } from 'zod';
import { expected } from '../yaml/validate.js';
import { duration } from '../yaml/values.js';

const UNITS = ['ms', 's', 'm', 'h', 'd'] as const;

/** Several settings under one key; if it is omitted, each has its default. */
export const section = <Shape extends z.ZodRawShape>(shape: Shape, description: string) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .describe(description);

/** The short name of a configured item in logs, metrics and policies. */
export const shortName = () =>
  z
    .string()
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/,
      'expected a short name of letters, digits, ., _ and -',
    );

export const count = (least: number) => z.int().min(least);

const PATHS = z.registry<{ readonly isPath: true }>();

/** A file or folder: one in the configuration file is meant from that file's folder. */
export const path = () => z.string().min(1).register(PATHS, { isPath: true });

/** Whether a part of the schema is a `path`, even after further methods were called on it. */
export function isPath(schema: z.core.$ZodType): boolean {
  return PATHS.get(schema as z.ZodString) !== undefined;
}

/** A duration, in milliseconds: within the range of Node's timers (24.8 days), with a margin. */
export const time = () => duration(UNITS, '30s', '20d');

/** A time span that no timer counts by itself, in milliseconds. */
export const span = () => duration(UNITS, '30s');

/** `HOST:PORT`; an IPv6 address is in brackets. Port 0 lets the system choose. */
export const hostAndPort = () =>
  z.string().transform((text, context) => {
    const match = /^(?:\[([^\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
    const [, v6, name, port] = match ?? [];
    const sound = match !== null && Number(port) < 65536 && (v6 === undefined || isIP(v6) === 6);
    if (sound) return { host: v6 ?? name ?? '', port: Number(port) };
    context.addIssue(expected('HOST:PORT such as 127.0.0.1:8080 or [::1]:8080'));
    return z.NEVER;
  });

/** The URL of a folder: it ends with a slash. */
export function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

/** An http or https URL without credentials, query and fragment; it ends with a slash. */
export const webUrl = () => pageUrl().transform(withSlash);

/** The same, unmodified. */
export const pageUrl = () =>
  z.string().transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
      context.addIssue(expected('a URL such as https://pypi.example.com/simple/'));
      return z.NEVER;
    }
    if (url.username || url.password) {
      context.addIssue('credentials are not allowed in a URL; use "auth"');
      return z.NEVER;
    }
    return url.href;
  });

/** An https URL of any page, without credentials. */
export const httpsUrl = () =>
  z.string().transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url.href;
    context.addIssue(expected('an https:// URL without credentials'));
    return z.NEVER;
  });

/** A host, with its port unless it is the scheme's default; `*.` matches all subdomains. */
export const hostPattern = () =>
  z.string().transform((text, context) => {
    const [, below = '', name = ''] = /^(\*\.(?=[^.]+\.))?([^*]*)$/.exec(text) ?? [];
    const url = URL.canParse(`https://${name}`) ? new URL(`https://${name}`) : undefined;
    if (url !== undefined && url.host !== '' && `https://${url.host}/` === url.href)
      return below + url.host;
    context.addIssue(
      expected(
        'a host such as files.example.com or files.example.com:8443, or *.files.example.com',
      ),
    );
    return z.NEVER;
  });

/** An address or a network: `10.0.0.0/8`, `::1`, or one of the predefined names. */
export const network = () =>
  z.string().superRefine((text, context) => {
    if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return;
    const [address = '', bits, more] = text.split('/');
    const version = isIP(address);
    const most = version === 6 ? 128 : 32;
    const whole = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
    if (version === 0 || !whole || more !== undefined)
      context.addIssue(expected('an address or a network such as 10.0.0.0/8'));
  });
