import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

const CERTIFICATE = /-----BEGIN (X509 )?CERTIFICATE-----[^-]*-----END \1?CERTIFICATE-----/g;

/**
 * The certificate authorities to be trusted: Node's own, and those in the files that `SSL_CERT_FILE` and
 * `NODE_EXTRA_CA_CERTS` name. Naming authorities replaces Node's list, so the list comes along.
 * @returns undefined where none are named, which leaves the list as it is
 * @throws where a file cannot be read, or holds no certificate: a mistake that would show in each connection only
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
