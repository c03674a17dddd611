import assert from 'node:assert/strict';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { openPage, unpackPage } from '../../../src/store/packed-page.js';
import type { PageStore, PageToStore, StoredPage } from '../../../src/store/page-store.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';

export interface PagesSubject extends Subject {
  readonly store: PageStore;
  /** Another one upon the same place. */
  again(): PageStore;
}

const DEMO = 'demo' as ProjectName;

export function page(body: string | Uint8Array, more: Partial<PageToStore> = {}): PageToStore {
  return {
    sent: { bytes: Buffer.from(body), encoding: 'identity' },
    contentType: 'text/html; charset=utf-8',
    url: 'http://x/simple/demo/?a="b"\n',
    etag: '"e"',
    lastModified: 'Sun, 01 Nov 2026 00:00:00 GMT',
    checkedAt: 5,
    ...more,
  };
}

const textOf = (stored: StoredPage | undefined) => stored && Buffer.from(stored.body).toString();

export const PAGES: Contract<PagesSubject> = {
  'a page comes back as it was put, also for the next process': async ({ store, again }) => {
    const odd = Buffer.from([0x0a, 0xff, 0x00, 0x0d, 0x0a, 0x7b]);
    for (const given of [
      page('<html>'),
      page(odd, { etag: undefined, lastModified: undefined, checkedAt: 0 }),
      page(''),
    ]) {
      await store.put('pypi', DEMO, given);
      const { sent, ...rest } = given;
      for (const reader of [store, again()]) {
        const { body, ...stored } = (await reader.get('pypi', DEMO))!;
        assert.deepEqual(Buffer.from(body), sent.bytes);
        for (const [key, value] of Object.entries(rest))
          assert.equal(stored[key as keyof typeof stored], value, key);
      }
    }
  },

  'a page comes back unpacked, however it was sent': async ({ store }) => {
    const text = 'a page '.repeat(100);
    for (const sent of [
      { encoding: 'gzip' as const, bytes: gzipSync(text) },
      { encoding: 'br' as const, bytes: brotliCompressSync(text) },
      { encoding: 'identity' as const, bytes: Buffer.from(text) },
    ]) {
      await store.put('pypi', DEMO, page('', { sent }));
      assert.equal(textOf(await store.get('pypi', DEMO)), text, sent.encoding);
    }
  },

  'a page is given packed, too, and comes back from that as it was put': async ({
    store,
    again,
  }) => {
    assert.equal(await store.packed('pypi', DEMO), undefined);
    const sent = { encoding: 'gzip' as const, bytes: gzipSync('a page') };
    await store.put('pypi', DEMO, page('', { sent }));
    for (const reader of [store, again()]) {
      const packed = await reader.packed('pypi', DEMO);
      const opened = await unpackPage(openPage(packed!)!, () => undefined);
      assert.deepEqual(opened, await store.get('pypi', DEMO));
    }
  },

  'a page is of one upstream and one project, whatever they are called': async ({
    store,
    again,
  }) => {
    const names = ['demo', 'demo-demo', 'constructor', 'con', '0'] as ProjectName[];
    for (const upstream of ['pypi', 'inner.1'])
      for (const project of names)
        await store.put(upstream, project, page(`${upstream} ${project}`));
    for (const reader of [store, again()]) {
      for (const upstream of ['pypi', 'inner.1'])
        for (const project of names)
          assert.equal(textOf(await reader.get(upstream, project)), `${upstream} ${project}`);
      assert.equal(await reader.get('other', DEMO), undefined);
      assert.equal(await reader.get('pypi', 'valueof' as ProjectName), undefined);
    }
  },

  'the next page replaces all of the one before': async ({ store, again }) => {
    await store.put('pypi', DEMO, page('a long one before', { checkedAt: 9 }));
    await store.put('pypi', DEMO, page('short', { etag: undefined, checkedAt: 3 }));
    for (const reader of [store, again()]) {
      const stored = (await reader.get('pypi', DEMO))!;
      assert.deepEqual([textOf(stored), stored.etag, stored.checkedAt], ['short', undefined, 3]);
    }
  },

  'a page that is deleted is absent, and deleting what is absent is harmless': async ({
    store,
    again,
  }) => {
    await store.delete('pypi', DEMO);
    await store.put('pypi', DEMO, page('x'));
    await store.put('other', DEMO, page('y'));
    await store.delete('pypi', DEMO);
    for (const reader of [store, again()]) {
      assert.equal(await reader.get('pypi', DEMO), undefined);
      assert.equal(textOf(await reader.get('other', DEMO)), 'y');
    }
  },

  'whoever reads while others put finds one page or another, whole': async ({ store, again }) => {
    const bodyOf = (number: number) => `${number} `.repeat(20_000);
    await store.put('pypi', DEMO, page(bodyOf(0), { etag: '0' }));
    const puts = Array.from({ length: 8 }, (_, number) =>
      (number % 2 === 0 ? store : again()).put(
        'pypi',
        DEMO,
        page(bodyOf(number), { etag: `${number}` }),
      ),
    );
    let over = false;
    const all = Promise.all(puts).then(() => {
      over = true;
    });
    while (!over) {
      const stored = (await store.get('pypi', DEMO))!;
      assert.ok(textOf(stored) === bodyOf(Number(stored.etag)), 'parts of several');
    }
    await all;
  },
};

export function pageStoreContract(
  name: string,
  make: () => PagesSubject | Promise<PagesSubject>,
): void {
  keeps(name, PAGES, make);
}
