import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Sha256 } from '../../../src/domain/digest.js';
import { bytesInFile } from '../../../src/store/disk/file-bytes.js';
import { S3Blobs, type S3Event } from '../../../src/store/s3/s3-blobs.js';
import type { SharedPut } from '../../../src/store/shared-blobs.js';
import {
  BUCKET,
  S3_CREDENTIALS,
  S3_SERVERS,
  type S3Server,
  s3Program,
  startS3Server,
} from '../../support/s3-servers.js';
import { digestOf } from '../contract/blobs.js';

Object.assign(process.env, S3_CREDENTIALS);

const NEVER = new AbortController().signal;
const MIB = 2 ** 20;

for (const name of S3_SERVERS) {
  const program = s3Program(name);
  describe(`artifacts in a bucket of ${name}`, { skip: program.skip }, () => {
    let server: S3Server;
    let folder: string;
    let prefix: string;
    const agent = new Agent({ keepAlive: true });

    before(async () => {
      server = await startS3Server(name, program.found!);
      folder = await mkdtemp(join(tmpdir(), 'wheelgate-s3-'));
    });
    beforeEach(() => {
      prefix = `${randomBytes(4).toString('hex')}/`;
    });
    after(async () => {
      agent.destroy();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** A replica's own view of it, and what becomes of its puts. */
    function replica() {
      const events: S3Event[] = [];
      let ended: (result: string) => void = () => {};
      const blobs = new S3Blobs(
        {
          bucket: BUCKET,
          endpoint: server.url,
          region: 'us-east-1',
          pathStyle: true,
          prefix,
        },
        {
          agent,
          now: Date.now,
          onEvent: (event) => {
            events.push(event);
            if (event.kind === 'put') ended(event.result);
          },
        },
      );
      /** Resolves with what becomes of the next put. */
      const put = () =>
        new Promise<string>((resolve) => {
          ended = resolve;
        });
      return { blobs, events, put };
    }

    async function read(blobs: S3Blobs, sha256: Sha256): Promise<Buffer | undefined> {
      const found = await blobs.fetch(sha256, NEVER);
      if (found === undefined) return undefined;
      const bytes = Buffer.concat(await Readable.from(found.body).toArray());
      assert.equal(found.size, bytes.length);
      return bytes;
    }

    /** Begins one, and has it come in piece by piece. */
    async function coming(
      blobs: S3Blobs,
      bytes: Buffer,
      known = true,
    ): Promise<{ put: SharedPut; sha256: Sha256 }> {
      const sha256 = digestOf(bytes);
      const path = join(folder, sha256);
      await writeFile(path, '');
      const expected = known
        ? { sha256, size: bytes.length }
        : { sha256: undefined, size: undefined };
      const put = (await blobs.begin(bytesInFile({ kind: 'file', path }), expected))!;
      for (let at = 0; at < bytes.length; at += 5 * MIB) {
        const piece = bytes.subarray(at, at + 5 * MIB);
        await appendFile(path, piece);
        put.advance(at + piece.length);
      }
      // A store takes it over, or it is dropped: what began goes on.
      await unlink(path);
      return { put, sha256 };
    }

    for (const [size, what] of [
      [0, 'an empty one'],
      [1_000, 'a small one'],
      [16 * MIB, 'one that is sent in whole parts'],
      [43 * MIB + 17, 'one whose last part is short'],
    ] as const)
      for (const known of [true, false])
        it(`${what} is there for others once it may go out, and not before, its digest ${known ? 'known' : 'unknown'} until then`, async () => {
          const one = replica();
          const bytes = randomBytes(size);
          const { put, sha256 } = await coming(one.blobs, bytes, known);
          assert.equal(await read(replica().blobs, sha256), undefined);
          const kept = one.put();
          put.commit(sha256, bytes.length);
          assert.equal(await kept, 'kept');
          assert.ok((await read(replica().blobs, sha256))?.equals(bytes));
          await one.blobs.close();
        });

    it('one that may not go out leaves nothing behind, and may come again', async () => {
      const { blobs } = replica();
      const bytes = randomBytes(30 * MIB);
      const { put, sha256 } = await coming(blobs, bytes);
      put.abandon();
      // Once more: it does nothing after the end.
      put.commit(sha256, bytes.length);
      await blobs.close();
      assert.equal(await read(replica().blobs, sha256), undefined);

      const again = replica();
      const second = await coming(again.blobs, bytes);
      const kept = again.put();
      second.put.commit(sha256, bytes.length);
      assert.equal(await kept, 'kept');
      second.put.abandon();
      assert.ok((await read(replica().blobs, sha256))?.equals(bytes));
    });

    it('one that was something else is not asked for again, and others are', async () => {
      const { blobs, put } = replica();
      const bytes = randomBytes(100);
      const { put: one, sha256 } = await coming(blobs, bytes);
      const kept = put();
      one.commit(sha256, bytes.length);
      await kept;
      blobs.distrust(sha256);
      assert.equal(await blobs.fetch(sha256, NEVER), undefined);
      assert.ok((await read(replica().blobs, sha256))?.equals(bytes));
    });
  });
}
