import { createHmac, randomBytes } from 'node:crypto';
import { clientOf, isGiven } from '../exposure/delivery.js';
import { type ExposedUser, exposedUsers } from '../exposure/exposed-users.js';
import type { Exposed } from '../exposure/exposure.js';
import type { ExposurePart } from '../exposure/exposure-back.js';
import type { Reader } from './reader.js';

export type { ExposedUser };

/** Who received which files: the data of `/exposure` and `/api/v1/exposure`. */
export interface ExposureAnswer extends ExposurePart {
  /**
   * Hidden: each client has a pseudonym. Pseudonyms are the same at all replicas. A single server changes them at each
   * restart.
   */
  readonly identities: 'shown' | 'hidden';
  readonly users: readonly ExposedUser[];
  readonly files: readonly ExposedFile[];
}

/** A file that was delivered. */
export interface ExposedFile {
  readonly project: string;
  readonly version: string | undefined;
  readonly filename: string;
  readonly sha256: string | undefined;
  readonly requests: number;
  readonly clients: number;
}

/** @param reader whether the identities of others are visible */
export function exposureAnswer(part: ExposurePart, reader: Reader): ExposureAnswer {
  const requests = reader.seesIdentities
    ? part.requests
    : part.requests.map((request) => hidden(request, reader.pseudonymKey ?? OWN_KEY));
  const clients = new Set(requests.filter(isGiven).map(clientOf));
  return {
    ...part,
    requests,
    clients: [...clients],
    identities: reader.seesIdentities ? 'shown' : 'hidden',
    users: exposedUsers(requests),
    files: filesOf(requests),
  };
}

const OWN_KEY = randomBytes(32);

/** Addresses are few enough for brute force, so a pseudonym depends on a secret key. */
function hidden(request: Exposed, key: Uint8Array): Exposed {
  const { user: _, forwarded: _f, userAgent: _a, ...rest } = request;
  const digest = createHmac('sha256', key).update(clientOf(request)).digest('hex');
  return {
    ...rest,
    client: `client-${digest.slice(0, 8)}`,
    user: undefined,
    forwarded: undefined,
    userAgent: undefined,
  };
}

function filesOf(requests: readonly Exposed[]): ExposedFile[] {
  const files = new Map<
    string,
    { readonly request: Exposed; clients: Set<string>; count: number }
  >();
  for (const request of requests) {
    // Requests for a whole release, from a lock or a response, name no file.
    if (request.filename === '') continue;
    const key = `${request.filename} ${request.sha256}`;
    const file = files.get(key) ?? { request, clients: new Set(), count: 0 };
    files.set(key, file);
    file.count += 1;
    file.clients.add(clientOf(request));
  }
  return [...files.values()]
    .sort((a, b) => b.count - a.count)
    .map(({ request: { project, version, filename, sha256 }, clients, count }) => ({
      project,
      version,
      filename,
      sha256,
      requests: count,
      clients: clients.size,
    }));
}
