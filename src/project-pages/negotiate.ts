import Negotiator from 'negotiator';
import type { PageEncoding, PageForm } from './project-pages.js';

/** The accepted content types, in our order of preference for clients without one, and the response types. */
const TYPES: Readonly<Record<string, { form: PageForm; contentType: string }>> = {
  'text/html': { form: 'html', contentType: 'text/html; charset=utf-8' },
  'application/vnd.pypi.simple.v1+html': {
    form: 'html',
    contentType: 'application/vnd.pypi.simple.v1+html',
  },
  'application/vnd.pypi.simple.latest+html': {
    form: 'html',
    contentType: 'application/vnd.pypi.simple.v1+html',
  },
  'application/vnd.pypi.simple.v1+json': {
    form: 'json',
    contentType: 'application/vnd.pypi.simple.v1+json',
  },
  'application/vnd.pypi.simple.latest+json': {
    form: 'json',
    contentType: 'application/vnd.pypi.simple.v1+json',
  },
};
const AVAILABLE = Object.keys(TYPES);

export interface NegotiatedForm {
  readonly form: PageForm;
  readonly contentType: string;
}

/**
 * Chooses the form of a page (PEP 691). A client without a preference gets HTML: it may be older than the JSON form.
 * The `latest` aliases are answered with the version that they represent.
 * @returns undefined if the client accepts neither form
 */
export function negotiateForm(accept: string | undefined): NegotiatedForm | undefined {
  const wanted = new Negotiator({ headers: accept === undefined ? {} : { accept } });
  const [type] = wanted.mediaTypes(AVAILABLE);
  return type === undefined ? undefined : TYPES[type];
}

/** Brotli if the client accepts it, then gzip, or else identity. */
export function negotiateEncoding(acceptEncoding: string | undefined): PageEncoding {
  const headers = { 'accept-encoding': acceptEncoding ?? 'identity' };
  const taken = new Negotiator({ headers }).encodings(['br', 'gzip', 'identity']);
  if (taken.includes('br')) return 'br';
  return taken.includes('gzip') ? 'gzip' : 'identity';
}
