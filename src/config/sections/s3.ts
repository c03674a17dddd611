import { z } from 'zod';
import { expected } from '../../yaml/validate.js';
import { section } from '../terms.js';

const bucketName = () =>
  z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}$/, "expected a bucket's name such as wheels");

/** Without a slash at its beginning, and with one at its end, if it is not empty. */
const keyPrefix = () =>
  z.string().transform((text, context) => {
    if (/^[\w.!*'()/-]{0,200}$/.test(text) && !/(^|\/)\.{0,2}(\/|$)/.test(text.replace(/\/$/, '')))
      return text.endsWith('/') ? text : `${text}/`;
    if (text === '') return text;
    context.addIssue(expected('a prefix such as pypi/'));
    return z.NEVER;
  });

const serverUrl = () =>
  z.string().superRefine((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.search || url.hash)
      context.addIssue('expected a URL such as https://s3.example.com');
    else if (url.username || url.password)
      context.addIssue('credentials are not allowed in a URL; see docs/configuration.md');
  });

/** The settings below `s3`. */
export const s3Section = section(
  {
    bucket: bucketName()
      .describe('Bucket of an S3-compatible store for shared artifacts.')
      .optional(),
    prefix: keyPrefix().describe('Prefix of object keys.').optional(),
    endpoint: serverUrl().describe('URL of the store. Default: AWS.').optional(),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'expected a region such as us-east-1')
      .describe('Region for request signing.')
      .prefault('us-east-1'),
    'path-style': z
      .boolean()
      .describe('Put the bucket name in the URL path instead of the host name.')
      .prefault(true),
  },
  'Shared artifacts.',
);

/** @returns undefined if nothing is shared */
export function toS3({
  bucket,
  prefix = '',
  endpoint,
  region,
  'path-style': pathStyle,
}: z.output<typeof s3Section>) {
  return bucket === undefined ? undefined : { bucket, prefix, endpoint, region, pathStyle };
}

const IN_QUERY = ['endpoint', 'region', 'path-style'] as const;

/**
 * The settings in a URL such as `s3://BUCKET/PREFIX?endpoint=https://s3.example.com&region=eu-1`, by their names.
 * @returns undefined if it is invalid
 */
export function readS3Url(text: string): Readonly<Record<string, string>> | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 's3:' || url.hostname === '' || url.username || url.password || url.hash)
    return undefined;
  const given = [...url.searchParams.keys()];
  const isKnown = (key: string): boolean => (IN_QUERY as readonly string[]).includes(key);
  if (!given.every(isKnown) || new Set(given).size < given.length) return undefined;
  return {
    's3.bucket': url.host,
    's3.prefix': decodeURIComponent(url.pathname.replace(/^\//, '')),
    ...Object.fromEntries([...url.searchParams].map(([key, value]) => [`s3.${key}`, value])),
  };
}
