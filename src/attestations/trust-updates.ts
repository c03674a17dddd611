import { constants, copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BaseFetcher, Updater } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { request } from 'undici';
import type { Network } from '../runtime/network.js';
import { PACKAGE_ROOT } from '../runtime/package-root.js';

export interface TrustUpdates {
  /** What has been seen of it is kept here, so that it cannot be rolled back. */
  readonly directory: string;
  readonly network: Network;
  /** Where the keys are published; by default those of sigstore's public-good instance. */
  readonly url?: string;
  /** The root of trust to begin with; by default the one that is shipped. */
  readonly root?: string;
}

const SIGSTORE = 'https://tuf-repo-cdn.sigstore.dev';

const TARGET = 'trusted_root.json';
/** One file, in milliseconds. */
const TIMEOUT = 10_000;

/**
 * Fetches sigstore's current keys by The Update Framework: every file is verified from the root that is at hand. What
 * was seen stays whatever happens: it is what an older state, played back, is known by.
 * @returns the text of a `trusted_root.json`
 * @throws where it cannot be reached or does not verify
 */
export async function fetchTrustRoot(updates: TrustUpdates): Promise<string> {
  const { directory, network, url = SIGSTORE, root = SHIPPED_ROOT } = updates;
  const targetDir = join(directory, 'targets');
  await mkdir(targetDir, { recursive: true });
  const own = join(directory, 'root.json');
  await copyFile(root, own, constants.COPYFILE_EXCL).catch(unlessThere);
  const begin = () =>
    new Updater({
      metadataDir: directory,
      metadataBaseUrl: url,
      targetDir,
      targetBaseUrl: `${url}/targets`,
      fetcher: new NetworkFetcher(network),
    });
  let updater: Updater;
  try {
    updater = begin();
  } catch {
    // The library does not write in one step: a crash may have torn the root. All else is fetched where it is torn.
    await copyFile(root, own);
    updater = begin();
  }
  await updater.refresh();
  const target = await updater.getTargetInfo(TARGET);
  if (target === undefined) throw new Error(`${url} has no ${TARGET}`);
  const path = (await updater.findCachedTarget(target)) ?? (await updater.downloadTarget(target));
  return readFile(path, 'utf8');
}

const SHIPPED_ROOT = join(PACKAGE_ROOT, 'trust', 'tuf_root.json');

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** By the same way out as everything else: egress proxy and certificate authorities. */
class NetworkFetcher extends BaseFetcher {
  readonly #network: Network;

  constructor(network: Network) {
    super();
    this.#network = network;
  }

  override async fetch(url: string): Promise<NodeJS.ReadableStream> {
    const { statusCode, body } = await request(url, {
      dispatcher: this.#network.dispatcher,
      headers: { 'user-agent': 'wheelgate', 'accept-encoding': 'identity' },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (statusCode === 200) return body;
    await body.dump();
    // Only by this class does it know "there is no newer root" (403, 404) from a failure.
    throw new DownloadHTTPError(`${url} returned status ${statusCode}`, statusCode);
  }
}
