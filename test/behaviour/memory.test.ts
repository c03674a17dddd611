import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import { startGateProcess } from '../support/gate-process.js';
import { residentMiB } from '../support/resident-memory.js';

const MIB = 2 ** 20;
/** The artifact's one large member, in blocks of 1 MiB. */
const BLOCKS = 1024;
const CLIENTS = 20;
/** What 20 clients on one artifact of 1 GiB may add to the process, in MiB. */
const ALLOWED = 150;

const linux = process.platform === 'linux' && 'crc32' in zlib;

describe('memory', {
  skip: !linux && 'reads /proc, and needs zlib.crc32 of Node 20.19',
}, () => {
  it(`does not grow with the artifact: ${CLIENTS} clients on a cold one of 1 GiB`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-memory-'));
    const wheel = largeWheel();
    const upstream = await serve(wheel);
    const { port } = upstream.address() as AddressInfo;
    const args = ['--upstream', `http://127.0.0.1:${port}/simple/`];
    const gate = await startGateProcess({ folder, args });
    try {
      // What a first request of each kind loads is no growth.
      await download(`${gate.url}/simple/large/`);
      const before = await residentMiB(gate.pid, 'VmRSS');
      const path = `${gate.url}/files/large/${wheel.filename}`;
      const downloads = await Promise.all(
        Array.from({ length: CLIENTS }, (_, index) => download(path, index === 0)),
      );
      for (const { bytes } of downloads) assert.equal(bytes, wheel.size);
      assert.equal(downloads[0]!.sha256, wheel.sha256);
      const peak = await residentMiB(gate.pid, 'VmHWM');
      assert.ok(peak - before < ALLOWED, `${before} MiB grew to ${peak}`);
    } finally {
      await gate.end('SIGKILL');
      upstream.closeAllConnections();
      upstream.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

interface LargeWheel {
  readonly filename: string;
  readonly size: number;
  readonly sha256: string;
  chunks(): Generator<Buffer>;
}

/** A wheel by the book with one stored member of 1 GiB, of which only a block is ever in memory. */
function largeWheel(): LargeWheel {
  const block = Buffer.alloc(MIB, 'all work and no play ');
  let crc = 0;
  const hash = createHash('sha256');
  for (let index = 0; index < BLOCKS; index += 1) {
    crc = crc32(block, crc);
    hash.update(block);
  }
  const info = 'large-1.0.dist-info';
  const small = {
    [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: large\nVersion: 1.0\n',
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const lines = Object.entries(small).map(([name, text]) => {
    const digest = createHash('sha256').update(text).digest('base64url');
    return `${name},sha256=${digest},${text.length}`;
  });
  lines.push(`large/data.bin,sha256=${hash.digest('base64url')},${BLOCKS * MIB}`);
  lines.push(`${info}/RECORD,,`, '');
  const members: Member[] = [
    { name: 'large/data.bin', crc, size: BLOCKS * MIB },
    ...Object.entries({ ...small, [`${info}/RECORD`]: lines.join('\n') }).map(([name, text]) => {
      const content = Buffer.from(text);
      return { name, content, crc: crc32(content, 0), size: content.length };
    }),
  ];
  function* chunks(): Generator<Buffer> {
    const directory: Buffer[] = [];
    let at = 0;
    for (const { name, content, crc, size } of members) {
      directory.push(centralHeader(name, crc, size, at));
      const header = localHeader(name, crc, size);
      at += header.length + size;
      yield header;
      if (content !== undefined) yield content;
      else for (let index = 0; index < BLOCKS; index += 1) yield block;
    }
    const central = Buffer.concat(directory);
    yield Buffer.concat([central, endRecord(members.length, central.length, at)]);
  }
  const whole = createHash('sha256');
  let size = 0;
  for (const chunk of chunks()) {
    whole.update(chunk);
    size += chunk.length;
  }
  return { filename: 'large-1.0-py3-none-any.whl', size, sha256: whole.digest('hex'), chunks };
}

interface Member {
  readonly name: string;
  /** Absent for the large one. */
  readonly content?: Buffer;
  readonly crc: number;
  readonly size: number;
}

function crc32(bytes: Buffer, before: number): number {
  return (zlib as unknown as { crc32(data: Buffer, value: number): number }).crc32(bytes, before);
}

function localHeader(name: string, crc: number, size: number): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(33, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(size, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name)]);
}

function centralHeader(name: string, crc: number, size: number, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.write('PK\x01\x02', 'latin1');
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(33, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(size, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(name)]);
}

function endRecord(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}

/** An index with the wheel on it, made anew for each request. */
async function serve(wheel: LargeWheel): Promise<Server> {
  const { filename, size, sha256 } = wheel;
  const page = JSON.stringify({
    meta: { 'api-version': '1.1' },
    name: 'large',
    versions: ['1.0'],
    files: [{ filename, url: `/packages/${filename}`, hashes: { sha256 }, size }],
  });
  const server = createServer((req, res) => {
    if (req.url === `/packages/${filename}`) {
      res.writeHead(200, { 'content-length': size });
      // A gate that has died is the test's business, not the index's.
      pipeline(Readable.from(wheel.chunks()), res).catch(() => {});
    } else {
      res.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' }).end(page);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

/** Reads a response to its end and keeps nothing of it. */
function download(url: string, digest = false): Promise<{ bytes: number; sha256: string }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      const hash = createHash('sha256');
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (digest) hash.update(chunk);
      });
      response.on('end', () => resolve({ bytes, sha256: hash.digest('hex') }));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
