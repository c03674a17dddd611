import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ChangeWatch, HANGS, stateOfFile } from './change-watch.js';

/** Who somebody is, PEM: the certificate with its chain, and its private key. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Where a certificate and its key lie. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** @throws where a file cannot be read, or the two are no PEM or do not belong together */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
  return checked({ cert, key });
}

/** The same at once. */
export function readCertificateSync(files: CertificateFiles): Certificate {
  return checked({ cert: readFileSync(files.cert), key: readFileSync(files.key) });
}

function checked(certificate: Certificate): Certificate {
  createSecureContext(certificate);
  return certificate;
}

/** When a certificate ends, in milliseconds since 1970: the server's own, which comes first in its chain. */
export function expiryOf({ cert }: Certificate): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

/**
 * Reads them anew when they change: certificates are renewed under a running server.
 * @param onRenewed given the new one; connections that are open keep the old
 * @param onProblem given why a change could not be taken over; the old one stays in use
 */
export async function watchCertificate(
  files: CertificateFiles,
  onRenewed: (certificate: Certificate) => void,
  onProblem: (error: unknown) => void,
): Promise<ChangeWatch> {
  const look = async () => [await stateOfFile(files.cert), await stateOfFile(files.key)].join('\n');
  const onChange = () =>
    readCertificate(files).then(
      (certificate) => {
        onRenewed(certificate);
        return true;
      },
      (error: unknown) => {
        onProblem(error);
        return false;
      },
    );
  const onHang = () => onProblem(new Error(`${files.cert} ${HANGS}`));
  return new ChangeWatch({ look, onChange, onHang, interval: 2_000 }, await look());
}
