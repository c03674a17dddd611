import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ChangeWatch, HANGS, stateOfFile } from './change-watch.js';

/** An identity in PEM: the certificate with its chain, and its private key. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The paths of a certificate and its key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** @throws if a file is unreadable, or the two are no PEM or do not match */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
  return checked({ cert, key });
}

/** The same synchronously. */
export function readCertificateSync(files: CertificateFiles): Certificate {
  return checked({ cert: readFileSync(files.cert), key: readFileSync(files.key) });
}

function checked(certificate: Certificate): Certificate {
  createSecureContext(certificate);
  return certificate;
}

/** When a certificate expires, in milliseconds since 1970: the server's own, which is the first in its chain. */
export function expiryOf({ cert }: Certificate): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

/**
 * Reloads the files when they change, because certificates are renewed while the server runs.
 * @param onRenewed receives the new certificate; open connections keep the old one
 * @param onProblem receives the reason if a change was rejected; the old one remains in use
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
