import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Artifact } from '../../artifacts/artifact-service.js';
import type { Fill } from '../../artifacts/fill.js';
import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import { Failure } from '../../domain/failure.js';
import { type ProjectName, parseProjectName } from '../../domain/project-name.js';
import type { Subject } from '../../domain/subject.js';
import type { Verdict } from '../../domain/verdict.js';
import type { Blob } from '../../store/blob-store.js';
import { sendAccelerated } from '../accelerate.js';
import { type Delivery, NOTHING_SENT, type Sent } from '../artifact-response.js';
import type { Handler } from '../asked.js';
import { matchesEtag } from '../conditional.js';
import { pathSegments } from '../path.js';
import { sendRefusal } from '../refusal.js';
import { sendBlob } from '../send-blob.js';
import { etagOf, sendFill } from '../send-fill.js';
import { sendSidecar } from '../send-sidecar.js';
import type { HttpSettings, Services } from '../services.js';

const SIDECAR = '.metadata';
/** How often a file may move from the spool to the store, or out of it, under one request. */
const ATTEMPTS = 4;

/** `GET, HEAD /files/{project}/{filename}` and its `.metadata` sidecar. */
export function filesRoute(services: Services, settings: HttpSettings): Handler {
  return async (req, res) => {
    const { project, filename } = nameFile(req.url ?? '');
    const exchange = new Exchange(services, settings, req, res, filename);
    if (filename.endsWith(SIDECAR)) await exchange.sidecar(project);
    else await exchange.artifact(project);
  };
}

/** Step 1: the file's name, from the path alone. */
function nameFile(url: string): { project: ProjectName; filename: string } {
  const [, name, filename, ...rest] = pathSegments(url) ?? [];
  const project = name === undefined ? undefined : parseProjectName(name);
  const plain = filename?.endsWith(SIDECAR) ? filename.slice(0, -SIDECAR.length) : filename;
  const known = plain !== undefined && parseDistributionFilename(plain) !== undefined;
  if (project === undefined || filename === undefined || !known || rest.length > 0)
    throw new Failure('not-found', 'A file is named /files/{project}/{filename}.');
  return { project, filename };
}

/** One request for one file, and its one record in the decision log. */
class Exchange {
  readonly #services: Services;
  readonly #settings: HttpSettings;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #filename: string;
  readonly #started = performance.now();

  constructor(
    services: Services,
    settings: HttpSettings,
    req: IncomingMessage,
    res: ServerResponse,
    filename: string,
  ) {
    this.#services = services;
    this.#settings = settings;
    this.#req = req;
    this.#res = res;
    this.#filename = filename;
  }

  async sidecar(project: ProjectName): Promise<void> {
    const filename = this.#filename.slice(0, -SIDECAR.length);
    const sidecar = await this.#services.sidecars.open(project, filename);
    const { subject } = sidecar.listed;
    if (sidecar.kind === 'refused') return this.#refuse(subject, sidecar.verdict);
    const etag = `"${sidecar.sha256}"`;
    const recorded = this.#recorded('sidecar', subject, sidecar.verdict);
    if (matchesEtag(this.#req.headers['if-none-match'], etag))
      return this.#notModified(etag, recorded);
    await sendSidecar(this.#res, etag, sidecar.bytes, recorded);
  }

  async artifact(project: ProjectName): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const artifact = await this.#services.artifacts.open(project, this.#filename, attempt > 0);
      if (await this.#send(artifact)) return;
    }
    throw new Failure('overloaded', 'The file leaves the cache faster than it can be read.');
  }

  /** Returns false where the file moved meanwhile, and must be asked for again. */
  async #send(artifact: Artifact): Promise<boolean> {
    const { subject } = artifact.listed;
    if (artifact.kind === 'refused') {
      await this.#refuse(subject, artifact.verdict);
      return true;
    }
    if (artifact.kind === 'stored') {
      await this.#sendStored(artifact, `"${subject.sha256}"`);
      return true;
    }
    const { fill } = artifact;
    const verdict = () => (fill.end?.kind === 'allowed' ? fill.end.verdict : undefined);
    const recorded = this.#recorded('miss', subject, verdict, fill);
    const { 'if-none-match': ifNoneMatch, 'if-range': ifRange } = this.#req.headers;
    // Not modified is an allowance, too: it waits for the verdict. So does what asks for bytes that have no name yet.
    if (ifNoneMatch !== undefined || (ifRange !== undefined && fill.sha256 === undefined)) {
      const end = await fill.ended;
      const etag = etagOf(fill);
      if (end.kind === 'allowed' && etag !== undefined && matchesEtag(ifNoneMatch, etag)) {
        await this.#notModified(etag, recorded);
        return true;
      }
    }
    const outcome = await sendFill(this.#res, fill, this.#settings.gate, recorded);
    if (outcome.kind === 'moved') return false;
    if (outcome.kind === 'sent') await this.#recordIfOpen(artifact, recorded, outcome.sent);
    else if (outcome.end.kind === 'refused')
      await this.#refuse(received(subject, fill), outcome.end.verdict, outcome.bytes);
    else if (!this.#res.headersSent) throw outcome.end.failure;
    return true;
  }

  async #sendStored(artifact: Extract<Artifact, { kind: 'stored' }>, etag: string): Promise<void> {
    const recorded = this.#recorded('hit', artifact.listed.subject, artifact.verdict);
    try {
      if (matchesEtag(this.#req.headers['if-none-match'], etag))
        return await this.#notModified(etag, recorded);
      const sent =
        (await this.#sendFromFront(artifact.blob, etag, recorded)) ??
        (await sendBlob(this.#res, etag, artifact.blob, recorded));
      if (!recorded.done) await recorded.beforeLast(sent);
    } finally {
      await artifact.blob.close();
    }
  }

  async #sendFromFront(blob: Blob, etag: string, recorded: Recorded): Promise<Sent | undefined> {
    const path = this.#settings.accelerate(this.#req, blob);
    if (path === undefined) return undefined;
    return sendAccelerated(this.#res, etag, blob, path, recorded);
  }

  /** A client that hung up before the end was still given something: the log says what. */
  async #recordIfOpen(
    artifact: Extract<Artifact, { kind: 'filling' }>,
    recorded: Recorded,
    sent: Sent,
  ): Promise<void> {
    if (recorded.done) return;
    const subject = received(artifact.listed.subject, artifact.fill);
    const { verdict } = await this.#services.judge.judge(subject);
    await this.#record(subject, verdict, sent);
  }

  async #refuse(subject: Subject, verdict: Verdict, bytes = 0): Promise<void> {
    if (bytes === 0 && !this.#res.headersSent) this.#res.statusCode = 403;
    await this.#record(subject, verdict, { bytes, complete: false });
    sendRefusal(this.#res, subject, verdict, this.#settings.contact);
  }

  async #notModified(etag: string, recorded: Recorded): Promise<void> {
    this.#res.statusCode = 304;
    this.#res.setHeader('etag', etag);
    this.#res.setHeader('cache-control', 'no-cache');
    await recorded.beforeLast(NOTHING_SENT);
    this.#res.end();
  }

  /** @param cache the label under which the time to the first byte is counted */
  #recorded(
    cache: 'hit' | 'miss' | 'sidecar',
    subject: Subject,
    verdict: Verdict | (() => Verdict | undefined),
    fill?: Fill,
  ): Recorded {
    const recorded: Recorded = {
      done: false,
      onBegin: () => {
        const seconds = (performance.now() - this.#started) / 1_000;
        this.#services.metrics.firstByte.observe({ cache }, seconds);
      },
      beforeLast: async (sent) => {
        const known = typeof verdict === 'function' ? verdict() : verdict;
        const about = fill === undefined ? subject : received(subject, fill);
        // Only a HEAD response may end before its verdict: it gives no byte away.
        const judged = known ?? (await this.#services.judge.judge(about)).verdict;
        recorded.done = true;
        await this.#record(about, judged, sent);
      },
    };
    return recorded;
  }

  #record(subject: Subject, verdict: Verdict, sent: Sent): Promise<void> {
    const { recorder } = this.#services;
    return recorder.record(this.#req, this.#res, this.#filename, subject, verdict, sent);
  }
}

/** A delivery, and whether it has been written down. */
interface Recorded extends Delivery {
  done: boolean;
}

/** A file under the name that its bytes have got meanwhile. */
function received(subject: Subject, { sha256 }: Fill): Subject {
  return sha256 === undefined || sha256 === subject.sha256 ? subject : { ...subject, sha256 };
}
