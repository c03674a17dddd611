import type { Config } from '../config/config.js';
import type { SharedBlobs } from '../store/shared-blobs.js';
import type { Process } from './process.js';

/** Until there is a connection, in milliseconds. */
export const CONNECT_TIMEOUT = 2_000;

/**
 * Artifacts that machines share, if configured. The S3 library is loaded only then, so other configurations start
 * without its cost.
 */
export async function createSharedBlobs(
  { s3 }: Config,
  { now, log, metrics, health, closing, network }: Process,
): Promise<SharedBlobs | undefined> {
  if (s3 === undefined) return undefined;
  quietS3();
  const { S3Blobs } = await import('../store/s3/s3-blobs.js');
  const agent = await network.open({ connectTimeout: CONNECT_TIMEOUT }).agent();
  let trouble: string | undefined;
  const tell = () =>
    trouble === undefined
      ? health.set('s3', 'ok')
      : health.set('s3', 'degraded', `artifacts are not shared: ${trouble}`);
  tell();
  const blobs = new S3Blobs(s3, {
    agent,
    now,
    onEvent: (event) => {
      if (event.kind === 'looked-up')
        metrics.cacheRequests.inc({ tier: 's3', result: event.result });
      else if (event.kind === 'put') metrics.sharedPuts.inc({ result: event.result });
      else if (event.kind === 'wrong') {
        metrics.cacheRequests.inc({ tier: 's3', result: 'wrong' });
        log.warn(
          { bucket: s3.bucket },
          'the shared store returned a different artifact than requested',
        );
      } else if (event.detail !== trouble) {
        trouble = event.detail;
        tell();
      }
    },
  });
  closing.add(() => blobs.close());
  return blobs;
}

/**
 * The S3 library prints to standard error which Node its later versions will require; package.json covers that. Must be
 * called before it is loaded.
 */
export function quietS3(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
}
