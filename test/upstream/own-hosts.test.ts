import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OwnHosts } from '../../src/upstream/own-hosts.js';

describe("the hosts that an upstream's files may come from", () => {
  const hosts = new OwnHosts('index.example.com', [
    'Files.example.com',
    'odd.example.com:8443',
    '*.blob.core.windows.net',
  ]);

  it('are the index itself, those that are named, and all below a pattern', () => {
    for (const host of [
      'index.example.com',
      'files.example.com',
      'odd.example.com:8443',
      'acme.blob.core.windows.net',
      'a.b.blob.core.windows.net',
    ])
      assert.ok(hosts.has(host), host);
  });

  it('are no others, however alike', () => {
    for (const host of [
      'example.com',
      'odd.example.com',
      'files.example.com:8443',
      'blob.core.windows.net',
      'evilblob.core.windows.net',
      'blob.core.windows.net.evil.example',
    ])
      assert.ok(!hosts.has(host), host);
  });
});
