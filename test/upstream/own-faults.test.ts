import assert from 'node:assert/strict';
import { Agent as NodeAgent } from 'node:http';
import { describe, it } from 'node:test';
import { Agent, type buildConnector } from 'undici';
import { Failure } from '../../src/domain/failure.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { failedInARow } from '../../src/messages/upstreams.js';
import type { Network, OwnWay } from '../../src/runtime/network.js';
import { HttpUpstream } from '../../src/upstream/http-upstream.js';
import { ANY, saying } from '../support/messages.js';

/** An upstream to which each connection fails so, and what is counted against it. */
function upstreamBehind(error: () => Error) {
  const observed: string[] = [];
  const connect: buildConnector.connector = (_options, callback) => callback(error(), null);
  const agent = async () => new NodeAgent();
  const way: OwnWay = { dispatcher: new Agent({ connect }), agent, renew: () => {} };
  const network: Network = { ...way, open: () => way, close: async () => {} };
  const upstream = new HttpUpstream(
    {
      name: 'private',
      url: 'https://index.example/simple/',
      files: [],
      claims: [],
      isPublic: false,
      inspect: true,
      absent: [],
      unhashed: 'refuse',
      reuploads: 'refuse',
      timeouts: { connect: 1_000, headers: 1_000, body: 1_000, page: 30_000 },
    },
    {
      network,
      observe: (_name, status) => observed.push(String(status)),
      now: Date.now,
      onCredentials: () => {},
    },
  );
  const fail = async (): Promise<Failure> => {
    try {
      await upstream.fetchPage('demo' as ProjectName);
    } catch (failure) {
      if (failure instanceof Failure) return failure;
      throw failure;
    }
    throw new Error('it answered');
  };
  return { observed, fail };
}

const systemError = (code: string, errno: number) =>
  Object.assign(new Error(`connect ${code}`), { code, errno, syscall: 'connect' });

describe('a connection to an index', () => {
  for (const [what, error] of [
    ['no descriptor is left', () => systemError('EMFILE', -24)],
    ['no memory is left', () => systemError('ENOBUFS', -105)],
    [
      'no descriptor is left for any of its addresses',
      () => new AggregateError([systemError('EMFILE', -24), systemError('EMFILE', -24)]),
    ],
  ] as const)
    it(`that cannot be made because ${what} is no fault of the index: 503, nothing counted, asked again`, async () => {
      const { fail, observed } = upstreamBehind(error);
      // More often than a breaker lets an index fail.
      for (let time = 0; time < 7; time++) {
        const failure = await fail();
        assert.deepEqual([failure.kind, failure.status], ['unable', 503]);
        assert.match(failure.message, /^No connection to the upstream private is possible/);
        assert.ok(failure.retryAfter);
      }
      assert.deepEqual(observed, []);
    });

  it('that is refused counts against the index, which is left alone after some', async () => {
    const { fail, observed } = upstreamBehind(() => systemError('ECONNREFUSED', -111));
    let failure = await fail();
    assert.equal(failure.kind, 'upstream-unreachable');
    for (let time = 0; time < 7; time++) failure = await fail();
    assert.match(failure.message, saying(failedInARow(ANY, ANY)));
    assert.ok(observed.length > 0 && observed.every((status) => status === 'error'));
  });

  for (const code of [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  ])
    it(`that ends because of who we are names the setting: ${code}`, async () => {
      const { fail } = upstreamBehind(() => Object.assign(new Error('alert'), { code }));
      const { kind, message } = await fail();
      assert.equal(kind, 'upstream-broken');
      assert.match(message, /client certificate .*or a different one than/);
    });

  for (const code of [
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
  ])
    it(`that ends where no cipher fits, or a certificate lacks, names both: ${code}`, async () => {
      const { fail } = upstreamBehind(() => Object.assign(new Error('alert'), { code }));
      const { kind, message } = await fail();
      assert.equal(kind, 'upstream-broken');
      assert.match(
        message,
        /no common protocol, cipher or group, or a client certificate is required/,
      );
      assert.doesNotMatch(message, /rejected the client certificate/);
    });
});
