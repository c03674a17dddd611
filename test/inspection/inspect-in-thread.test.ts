import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ArtifactDescription } from '../../src/domain/finding.js';
import { createInspector } from '../../src/inspection/inspect-in-thread.js';
import { buildWheel, wheelName } from '../support/archives/wheel.js';
import { codesOf, describeBytes, inspectBytes } from '../support/inspection/inspect.js';
import { threadProgram } from '../support/thread-program.js';

describe('the inspector in threads', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-inspection-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function store(name: string, bytes: Buffer) {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return { path, artifact: describeBytes(name, bytes) };
  }

  it('gives what the inspector gives in this thread', async () => {
    const bytes = buildWheel({ files: { 'demo.pth': 'import os\n' } });
    const { path, artifact } = await store(wheelName(), bytes);
    const inspector = createInspector({ threads: 1 });
    try {
      assert.deepEqual(
        await inspector.inspect(path, artifact),
        await inspectBytes(wheelName(), bytes),
      );
    } finally {
      await inspector.close();
    }
  });

  it('takes more artifacts than it has threads', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const inspector = createInspector({ threads: 2 });
    try {
      const stored = await Promise.all(
        names.map((name) => store(wheelName(name), buildWheel({ name }))),
      );
      const all = await Promise.all(
        stored.map(({ path, artifact }) => inspector.inspect(path, artifact)),
      );
      assert.deepEqual(
        all.map((inspection) => [inspection.filename, codesOf(inspection)]),
        names.map((name) => [wheelName(name), []]),
      );
    } finally {
      await inspector.close();
    }
  });

  it('fails where the bytes cannot be read or no thread starts: that says nothing of the file', async () => {
    const artifact = describeBytes(wheelName(), Buffer.alloc(0));
    const path = join(folder, 'missing.whl');
    const programs = { real: undefined, missing: new URL('file:///no/program.js') };
    for (const [name, program] of Object.entries(programs)) {
      const inspector = createInspector({ threads: 1, ...(program && { program }) });
      await assert.rejects(inspector.inspect(path, artifact), { kind: 'unable' }, name);
      await inspector.close();
    }
  });

  it('makes a finding of a thread that dies, hangs or runs out of memory, and spares the next artifact', async () => {
    // It misbehaves for some names, and finds nothing in the others.
    const program = threadProgram(({ artifact }: { artifact: ArtifactDescription }) => {
      const { filename } = artifact.name;
      if (filename.startsWith('dies')) process.exit(1);
      if (filename.startsWith('throws'))
        setTimeout(() => {
          throw new Error('oops');
        });
      if (filename.startsWith('throws')) return new Promise(() => {});
      if (filename.startsWith('hangs')) for (;;);
      if (filename.startsWith('grows')) {
        const all: unknown[] = [];
        for (;;) all.push(new Array(1e5).fill(filename));
      }
      return { filename, findings: [] };
    });
    const inspector = createInspector({
      threads: 1,
      program,
      graceMs: 0,
      limits: { timeMs: 1_000, threadHeapMb: 32 },
    });
    try {
      const names = ['dies', 'fine', 'throws', 'good', 'hangs', 'well', 'grows', 'best'];
      const all = await Promise.all(
        names.map((name) =>
          inspector.inspect('unused', describeBytes(wheelName(name), Buffer.alloc(0))),
        ),
      );
      assert.deepEqual(
        all.map((inspection) => codesOf(inspection)),
        names.map((_, index) => (index % 2 === 0 ? ['inspection-failed'] : [])),
      );
    } finally {
      await inspector.close();
    }
  });

  it('lets nothing wait once it is closed', async () => {
    const { path, artifact } = await store(wheelName(), buildWheel());
    const inspector = createInspector({ threads: 1 });
    const waiting = [inspector.inspect(path, artifact), inspector.inspect(path, artifact)];
    await inspector.close();
    waiting.push(inspector.inspect(path, artifact));
    for (const end of await Promise.allSettled(waiting))
      assert.deepEqual([end.status, 'reason' in end && end.reason.kind], ['rejected', 'unable']);
  });
});
