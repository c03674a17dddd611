import { constants, copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BaseFetcher, Updater } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { request } from 'undici';
import type { Network } from '../runtime/network.js';
import { PACKAGE_ROOT } from '../runtime/package-root.js';

export interface TrustUpdates {
  /** Stores the metadata already seen, which protects against a rollback. */
  readonly directory: string;
  readonly network: Network;
  /** The URL of the keys; by default that of sigstore's public-good instance. */
  readonly url?: string;
  /** The initial root of trust; by default the shipped one. */
  readonly root?: string;
}

const SIGSTORE = 'https://tuf-repo-cdn.sigstore.dev';

const TARGET = 'trusted_root.json';
/** Timeout for one file, in milliseconds. */
const TIMEOUT = 10_000;

/**
 * Fetches sigstore's current keys by The Update Framework: every file is verified from the stored root. Seen metadata
 * is kept even after a failure, because it detects the replay of an older state.
 * @returns the text of a `trusted_root.json`
 * @throws if the keys are unreachable or do not verify
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
    // The library's writes are not atomic: a crash may have damaged the root. Other damaged files are fetched again.
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

/** Uses the network settings of all other requests: egress proxy and certificate authorities. */
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
    // The library distinguishes "no newer root" (403, 404) from a failure only by this class.
    throw new DownloadHTTPError(`${url} returned status ${statusCode}`, statusCode);
  }
}
