import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proxiesIn } from '../../src/runtime/proxies.js';

const PROXY = 'http://proxy.example.com:3128';

describe('an egress proxy', () => {
  it('is that of the scheme; https goes through the one for http where it has none', () => {
    const both = proxiesIn({ HTTP_PROXY: PROXY, HTTPS_PROXY: 'http://tls.example.com:1' })!;
    assert.equal(both(new URL('http://a/')), PROXY);
    assert.equal(both(new URL('https://a/')), 'http://tls.example.com:1');
    assert.equal(proxiesIn({ http_proxy: PROXY })!(new URL('https://a/')), PROXY);
    assert.equal(proxiesIn({ https_proxy: PROXY })!(new URL('http://a/')), undefined);
    assert.equal(proxiesIn({}), undefined);
  });

  it('is passed by for what NO_PROXY names: hosts with those below them, addresses, networks, ports', () => {
    const cases = [
      ['example.com', 'https://example.com/', true],
      ['.example.com', 'https://a.b.example.com/', true],
      ['*.example.com', 'https://a.example.com/', true],
      ['example.com', 'https://notexample.com/', false],
      ['example.com:8443', 'https://example.com:8443/', true],
      ['example.com:8443', 'https://example.com/', false],
      ['a, 10.0.0.0/8', 'http://10.200.3.4/', true],
      ['10.0.0.0/8', 'http://11.0.0.1/', false],
      ['10.0.0.0/8', 'http://10.example.com/', false],
      ['192.168.1.7', 'http://192.168.1.7:8080/', true],
      ['192.168.1.7', 'http://192.168.1.70/', false],
      ['fd00::/8', 'http://[fd12::1]/', true],
      ['fd00::/8', 'http://[fe80::1]/', false],
      ['[::1]:8080', 'http://[::1]:8080/', true],
      ['10.0.0.0/99', 'http://10.0.0.1/', false],
      ['*', 'https://anything.example/', true],
    ] as const;
    for (const [except, url, direct] of cases) {
      const proxyFor = proxiesIn({ HTTP_PROXY: PROXY, NO_PROXY: except })!;
      assert.equal(proxyFor(new URL(url)), direct ? undefined : PROXY, `${except} ${url}`);
    }
  });

  it('that speaks SOCKS, or is no URL, is an error that says which variable, and not what is in it', () => {
    for (const text of ['socks5://u:hush@h:1080', 'socks5h://u:hush@h', 'socks://h'])
      assert.throws(
        () => proxiesIn({ HTTPS_PROXY: text }),
        (error: Error) => {
          assert.match(error.message, /^HTTPS_PROXY names a SOCKS proxy/);
          assert.doesNotMatch(error.message, /hush/);
          return true;
        },
      );
    assert.throws(() => proxiesIn({ http_proxy: 'h:3128' }), /^Error: http_proxy is not a URL/);
  });
});
