import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ArtifactAnswer, Asking } from '../../artifacts/artifact-service.js';
import type { Fill } from '../../artifacts/fill.js';
import type { Sha256 } from '../../domain/digest.js';
import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import { asFailure, Failure } from '../../domain/failure.js';
import { type ProjectName, parseProjectName } from '../../domain/project-name.js';
import type { Subject } from '../../domain/subject.js';
import type { ListedFile } from '../../project-pages/project-pages.js';
import type { Blob } from '../../store/blob-store.js';
import { MemoryBlob } from '../../store/memory-blob-tier.js';
import type { Handler } from '../asked.js';
import { matchesEtag } from '../conditional.js';
import type { Decided } from '../delivery/decision-recorder.js';
import { Delivery } from '../delivery/delivery.js';
import { waitAtGate } from '../delivery/fill-pieces.js';
import { requestedRange, windowOf } from '../delivery/headers.js';
import { BlobPieces } from '../delivery/pieces.js';
import { refusalLinks } from '../delivery/refusal-links.js';
import { pathSegments } from '../path.js';
import type { HttpSettings, Services } from '../services.js';

const SIDECAR = '.metadata';
/** How often a file may move from the spool to the store, or out of it, under one request. */
const ATTEMPTS = 4;

/** The file that a request names. */
interface Named {
  readonly project: ProjectName;
  /** The artifact's. */
  readonly filename: string;
  readonly isSidecar: boolean;
}

/** `GET, HEAD /files/{project}/{filename}` and its `.metadata` sidecar. */
export function filesRoute(services: Services, settings: HttpSettings): Handler {
  const { recorder, metrics } = services;
  const { contact } = settings;
  const linkTo = refusalLinks(services, settings);
  return async (req, res) => {
    const named = nameFile(req.url ?? '');
    const delivery = new Delivery(res, recorder, {
      filename: named.isSidecar ? named.filename + SIDECAR : named.filename,
      contact,
      linkTo,
      onFirstByte: (cache, seconds) => metrics.firstByte.observe({ cache }, seconds),
      takeFetched: () => exchange.takeFetched(),
    });
    const exchange: Exchange = new Exchange(services, settings, req, res, delivery);
    try {
      if (named.isSidecar) await exchange.sidecar(named);
      else await exchange.artifact(named);
    } catch (error) {
      await exchange.failed(error);
      throw error;
    }
  };
}

/** Step 1: the file's name, from the path alone. */
function nameFile(url: string): Named {
  const [, name, last, ...rest] = pathSegments(url) ?? [];
  const project = name === undefined ? undefined : parseProjectName(name);
  const isSidecar = last?.endsWith(SIDECAR) === true;
  const filename = isSidecar ? last.slice(0, -SIDECAR.length) : last;
  const known = filename !== undefined && parseDistributionFilename(filename) !== undefined;
  if (project === undefined || !known || rest.length > 0)
    throw new Failure('not-found', 'Use /files/{project}/{filename}.');
  return { project, filename, isSidecar };
}

/** One request for one file. */
class Exchange {
  readonly #services: Services;
  readonly #settings: HttpSettings;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #delivery: Delivery;
  /** Once it is known which file is asked for, and whose transfer it waits for. */
  #subject: Subject | undefined;
  #fill: Fill | undefined;

  constructor(
    services: Services,
    settings: HttpSettings,
    req: IncomingMessage,
    res: ServerResponse,
    delivery: Delivery,
  ) {
    this.#services = services;
    this.#settings = settings;
    this.#req = req;
    this.#res = res;
    this.#delivery = delivery;
  }

  async sidecar(named: Named): Promise<void> {
    const sidecar = await this.#services.sidecars.open(await this.#find(named));
    const decided = { subject: sidecar.listed.subject, verdict: sidecar.verdict };
    if (sidecar.kind === 'refused') return this.#delivery.refuse(decided);
    const pieces = this.#piecesOf(new MemoryBlob(sidecar.bytes));
    const content = { etag: `"${sidecar.sha256}"`, pieces, cache: 'sidecar' } as const;
    // Requirements of a private project may also be private, and their names must not leak to another index.
    if (sidecar.listed.subject.publicUpstream)
      this.#services.nextPages?.announce(sidecar.sha256, sidecar.bytes);
    await this.#delivery.send(content, async () => decided);
  }

  async artifact(named: Named): Promise<void> {
    const ifNoneMatch = this.#req.headers['if-none-match'];
    const has = ifNoneMatch && ((sha256: Sha256) => matchesEtag(ifNoneMatch, `"${sha256}"`));
    const givesNone = givesNoneTo(this.#req);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const asking = { moved: attempt > 0, ...(has && { has }), givesNone };
      const artifact = await this.#services.artifacts.open(await this.#find(named), asking);
      const { subject } = artifact.listed;
      if (artifact.kind === 'refused')
        return this.#delivery.refuse({ subject, verdict: artifact.verdict });
      if (artifact.kind === 'unchanged')
        return this.#delivery.unchanged(`"${subject.sha256}"`, {
          subject,
          verdict: artifact.verdict,
        });
      if (artifact.kind === 'stored') return this.#stored(artifact);
      if (artifact.kind === 'known') return this.#known(artifact);
      if (await this.#filling(artifact.fill, subject)) return;
    }
    throw new Failure('overloaded', 'The file was evicted from the cache before it could be read.');
  }

  /** Records the failure that replaces or aborts the response for a listed file. */
  async failed(error: unknown): Promise<void> {
    const subject = this.#subject;
    if (subject === undefined) return;
    const decided = await this.#decide(subject, this.#fill);
    const failure = asFailure(error).kind;
    await this.#delivery.failed(decided, failure);
  }

  /** Bytes received from the upstream that are in no record yet. */
  takeFetched(): number | undefined {
    return this.#fill?.takeFetched();
  }

  async #find({ project, filename }: Named): Promise<ListedFile> {
    const listed = await this.#services.pages.find(project, filename);
    this.#subject = listed.subject;
    return listed;
  }

  async #stored(artifact: Extract<ArtifactAnswer, { kind: 'stored' }>): Promise<void> {
    const { blob, verdict } = artifact;
    const { subject } = artifact.listed;
    // A file that is still being inspected cannot be sent by others.
    const front = blob.whole === undefined ? this.#settings.accelerate(this.#req, blob) : undefined;
    const pieces = this.#piecesOf(blob);
    const content = { etag: `"${subject.sha256}"`, pieces, cache: 'hit', front } as const;
    await this.#delivery.send(content, async () => ({ subject, verdict }));
  }

  /** Such a response describes the bytes without containing them. */
  #known(artifact: Extract<ArtifactAnswer, { kind: 'known' }>): Promise<void> {
    const { listed, verdict, size } = artifact;
    const { subject } = listed;
    const pieces = { size, next: async () => undefined, close: async () => {} };
    const content = { etag: `"${subject.sha256}"`, pieces, cache: undefined };
    return this.#delivery.send(content, async () => ({ subject, verdict }));
  }

  #piecesOf(blob: Blob): BlobPieces {
    return new BlobPieces(blob, this.#services.departing, 'encrypted' in this.#req.socket);
  }

  /** Returns false where the file moved meanwhile, and must be asked for again. */
  async #filling(fill: Fill, subject: Subject): Promise<boolean> {
    this.#fill = fill;
    const { 'if-none-match': ifNoneMatch, 'if-range': ifRange } = this.#req.headers;
    // A 304 response also allows use of the file, so it waits for the verdict. A range request waits for the digest as
    // well.
    if (ifNoneMatch !== undefined || (ifRange !== undefined && fill.sha256 === undefined))
      await fill.ended;
    const { departing } = this.#services;
    const { gate } = this.#settings;
    const atGate = await waitAtGate(this.#res, fill, gate, departing);
    const decide = () => this.#decide(subject, fill);
    if (atGate.kind === 'moved') return false;
    if (atGate.kind === 'failed') throw atGate.failure;
    if (atGate.kind === 'refused') await this.#delivery.refuse(await decide());
    else if (atGate.kind === 'gone') await this.#delivery.hungUp(await decide());
    else {
      const { pieces } = atGate;
      const content = { etag: etagOf(fill), pieces, cache: 'miss', early: true } as const;
      await this.#delivery.send(content, decide);
    }
    return true;
  }

  /** The current decision on a file. For a fill, it uses the digest that became known meanwhile. */
  async #decide(listed: Subject, fill: Fill | undefined): Promise<Decided> {
    const { sha256 = listed.sha256, end } = fill ?? {};
    const subject = sha256 === listed.sha256 ? listed : { ...listed, sha256 };
    if (end !== undefined && end.kind !== 'failed') return { subject, verdict: end.verdict };
    // Only a partial response, a HEAD, or an aborted response ends without a verdict: its decision uses the known
    // facts.
    const { verdict } = await this.#services.judge.judge(subject);
    const pending = fill !== undefined && verdict.outcome !== 'block' ? true : undefined;
    return { subject, verdict, pending, failure: end?.failure.kind };
  }
}

/** Whether a response contains no bytes of the file; undefined if it always contains some. */
function givesNoneTo(req: IncomingMessage): Asking['givesNone'] {
  if (req.method === 'HEAD') return () => true;
  if (req.headers.range === undefined) return undefined;
  return (sha256, size) => windowOf(requestedRange(req, `"${sha256}"`), size) === undefined;
}

/** Undefined until the digest of the incoming bytes is known. */
function etagOf({ sha256 }: Fill): string | undefined {
  return sha256 && `"${sha256}"`;
}
