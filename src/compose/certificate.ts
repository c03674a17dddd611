import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Config } from '../config/config.js';
import {
  type Certificate,
  expiryOf,
  readCertificate,
  watchCertificate,
} from '../runtime/certificate.js';
import type { Process } from './process.js';

/** Undefined if the server uses plain HTTP. @throws if the certificate is unusable */
export async function loadCertificate(
  { tls }: Config,
  { metrics }: Process,
): Promise<Certificate | undefined> {
  if (tls === undefined) return undefined;
  const certificate = await readCertificate(tls).catch((cause: Error) => {
    const message = `the settings tls.cert and tls.key: ${cause.message}`;
    throw new Error(message, { cause });
  });
  metrics.certificateExpiry.set(expiryOf(certificate) / 1_000);
  return certificate;
}

/** Updates the certificate of a running server when its files change. */
export async function renewCertificate(
  { tls }: Config,
  { log, metrics, health, closing }: Process,
  server: Server | TlsServer,
): Promise<void> {
  if (tls === undefined) return;
  const watch = await watchCertificate(
    tls,
    (certificate) => {
      if ('setSecureContext' in server) server.setSecureContext(certificate);
      metrics.certificateExpiry.set(expiryOf(certificate) / 1_000);
      health.set('certificate', 'ok');
      log.info('the certificate was renewed');
    },
    (err) => {
      health.set(
        'certificate',
        'degraded',
        'the new certificate is invalid; the previous one stays in use',
      );
      log.error({ err }, 'certificate rejected');
    },
  );
  closing.add(() => watch.close());
}
