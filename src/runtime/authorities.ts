import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

const CERTIFICATE = /-----BEGIN (X509 )?CERTIFICATE-----[^-]*-----END \1?CERTIFICATE-----/g;

/**
 * The trusted certificate authorities: Node's own, and those in the files `SSL_CERT_FILE` and `NODE_EXTRA_CA_CERTS`. A
 * list of authorities replaces Node's, so Node's are included.
 * @returns undefined if no file is set, which leaves Node's list unchanged
 * @throws if a file is unreadable, or contains no certificate: that would otherwise only show at each connection
 */
export function certificateAuthorities(env: NodeJS.ProcessEnv): string[] | undefined {
  const named = (['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'] as const).flatMap((variable) => {
    const path = env[variable];
    return path === undefined || path === '' ? [] : [[variable, path] as const];
  });
  if (named.length === 0) return undefined;
  const certificates = named.flatMap(([variable, path]) => readCertificates(variable, path));
  return [...rootCertificates, ...new Set(certificates)];
}

function readCertificates(variable: string, path: string): string[] {
  const certificates = readFileSync(path, 'latin1').match(CERTIFICATE);
  if (certificates === null)
    throw new Error(
      `${variable}: ${path} contains no certificate in PEM format (BEGIN CERTIFICATE)`,
    );
  for (const certificate of certificates)
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new Error(`${variable}: ${path} contains an invalid certificate`, { cause });
    }
  return certificates;
}
