import type { IncomingMessage } from 'node:http';
import type { FailureKind } from '../../domain/failure.js';
import {
  type DistantBytes,
  DistantFailure,
  type DistantFills,
  type HadOfFill,
} from '../../fleet/distant-fills.js';
import type { FillNews, Holder, Lost } from '../../fleet/leases.js';
import { SourceLost } from '../../fleet/source-lost.js';
import { withDeadline } from '../../runtime/deadline.js';
import { Pace } from '../../runtime/pace.js';
import type { Seal } from '../seal.js';
import { askPeer } from './ask-peer.js';
import { acceptable, type InspectedBy, type ToldNews } from './fill-news.js';
import { type Frame, FrameReader } from './frames.js';
import { ANSWERED, introduce, type NewsSeal } from './introduction.js';
import { nameOfFill } from './lease-store.js';
import { peerAddress } from './peer-address.js';

export interface FillClientParts {
  readonly seal: Seal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether other replicas may have that address. */
  readonly isPeer: (address: string) => boolean;
  readonly by: InspectedBy;
  readonly patience?: Patience;
}

/** Timeouts in milliseconds. */
export interface Patience {
  /** A replica without a message for this long is lost: normally it sends two per second. */
  readonly silence: number;
  /** How long a replica may be too slow. */
  readonly slowness: number;
}

const USUAL: Patience = { silence: 2_000, slowness: 5_000 };
/** Failures of the index, which would repeat for another request. */
const OF_THE_INDEX: ReadonlySet<FailureKind> = new Set([
  'not-found',
  'upstream-broken',
  'upstream-unreachable',
]);

/** Follows fills of other replicas over their internal port. */
export class FillClient implements DistantFills {
  readonly #parts: FillClientParts;

  constructor(parts: FillClientParts) {
    this.#parts = parts;
  }

  async open(
    holder: Holder,
    key: string,
    had: HadOfFill,
    leastRate: number,
    signal: AbortSignal,
  ): Promise<DistantBytes> {
    const { isPeer, seal, now, by, patience = USUAL } = this.#parts;
    const peer = await peerAddress(holder.url, isPeer);
    if (peer === undefined) throw new SourceLost({ how: 'useless' });
    const { transfer: of = '', bytes } = had;
    const from = of === '' ? 0 : bytes;
    const question = { url: holder.url, name: nameOfFill(key), from, of };
    const { asked, readAnswer } = introduce(seal, question, now());
    const path = `internal/v1/fills/${question.name}?from=${from}&of=${of}`;
    const { silence, slowness } = patience;
    const { res, leave } = await askPeer(peer, path, asked, silence, signal);
    const frames = framesOf(res, silence, new Pace(slowness, leastRate));
    const followed = new FollowedFill(frames, leave, by);
    try {
      const news = readAnswer([res.headers[ANSWERED]].flat()[0]);
      if (news === undefined) throw new SourceLost({ how: 'useless' });
      // The replica no longer has such a fill.
      if (res.statusCode !== 200)
        throw new SourceLost({ how: res.statusCode === 404 ? 'ended' : 'useless' });
      return await followed.begin(news);
    } catch (error) {
      leave();
      throw error;
    }
  }
}

/** A fill as received from another replica. */
class FollowedFill {
  readonly #frames: AsyncGenerator<Frame>;
  readonly #leave: () => void;
  readonly #by: InspectedBy;
  #complete: DistantBytes['complete'];

  constructor(frames: AsyncGenerator<Frame>, leave: () => void, by: InspectedBy) {
    this.#frames = frames;
    this.#leave = leave;
    this.#by = by;
  }

  /** Waits for the first bytes. @throws {SourceLost} {DistantFailure} */
  async begin(seal: NewsSeal): Promise<DistantBytes> {
    for (;;) {
      const { value: frame, done } = await this.#frames.next();
      if (done) throw new SourceLost();
      if (frame.kind === 'bytes') throw new SourceLost({ how: 'useless' });
      const news = this.#read(frame.sealed, seal);
      if (news.kind !== 'begun') continue;
      const { from, total, transfer, etag } = news;
      const complete = () => this.#complete;
      return {
        size: total,
        from,
        transfer,
        etag,
        body: { [Symbol.asyncIterator]: () => this.#pieces(seal), destroy: this.#leave },
        get complete() {
          return complete();
        },
      };
    }
  }

  async *#pieces(seal: NewsSeal): AsyncGenerator<Uint8Array> {
    try {
      for await (const frame of this.#frames) {
        if (frame.kind === 'bytes') yield frame.bytes;
        else if (this.#read(frame.sealed, seal).kind === 'complete') return;
      }
    } finally {
      this.#leave();
    }
    throw new SourceLost();
  }

  /** @throws {SourceLost} {DistantFailure} */
  #read(sealed: Buffer, seal: NewsSeal): ToldNews {
    const news = seal.open(sealed) as ToldNews | undefined;
    if (news === undefined) throw new SourceLost({ how: 'useless' });
    if (news.kind === 'failed') throw failureOf(news);
    if (news.kind === 'complete') {
      const { by, inspection, ...bytes } = news;
      const accepted = acceptable(inspection, by, this.#by);
      this.#complete = { ...bytes, ...(accepted && { inspection: accepted }) };
    }
    return news;
  }
}

/** @throws {SourceLost} if data stop arriving, arrive too slowly, or are invalid */
async function* framesOf(res: IncomingMessage, silence: number, pace: Pace): AsyncGenerator<Frame> {
  const reader = new FrameReader();
  const pieces = res[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const late = () => new SourceLost({ how: 'silent', since: silence });
  for (;;) {
    pace.wait();
    const next = await withDeadline(silence, pieces.next(), late).catch((error: unknown) => {
      throw error instanceof SourceLost ? error : new SourceLost();
    });
    if (next.done) return;
    const frames = [...readFrames(reader, next.value)];
    const bytes = frames.reduce(
      (sum, one) => sum + (one.kind === 'bytes' ? one.bytes.length : 0),
      0,
    );
    if (pace.arrived(bytes)) throw new SourceLost({ how: 'useless' });
    yield* frames;
  }
}

function readFrames(reader: FrameReader, piece: Buffer): Frame[] {
  try {
    return [...reader.read(piece)];
  } catch {
    throw new SourceLost({ how: 'useless' });
  }
}

/** The index's failure there applies here too; a failure of the replica itself does not. */
function failureOf({ failure, message, retryAfter }: Extract<FillNews, { kind: 'failed' }>): Error {
  const lost: Lost = { how: 'ended' };
  if (!OF_THE_INDEX.has(failure)) return new SourceLost(lost);
  return new DistantFailure(failure, message, { retryAfter });
}
