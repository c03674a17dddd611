import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { routeFinder } from '../../src/http/route.js';
import { ROUTES } from '../../src/http/routes/table.js';

const find = routeFinder(ROUTES);

describe('the table of routes', () => {
  it('finds a row by its path, with a query, and below it only where the row says so', () => {
    for (const [target, path] of [
      ['/simple', '/simple/*'],
      ['/simple/', '/simple/*'],
      ['/simple/demo/?x=1', '/simple/*'],
      ['/simple?x', '/simple/*'],
      ['/healthz', '/healthz'],
      ['/healthz/', '/healthz'],
      ['/metrics?name=x', '/metrics'],
      ['/metrics/?name=x', '/metrics'],
      ['/api/v1/exposure?project=x', '/api/v1/exposure'],
      ['/api/v1/explain/', '/api/v1/explain'],
    ] as const)
      assert.equal(find(target)?.path, path, target);
  });

  it('has no row for another spelling of a path', () => {
    for (const target of [
      '',
      '*',
      '//',
      '/Metrics',
      '//metrics',
      '/metricsx',
      '/metrics//',
      '/metrics/x',
      '/metrics/..',
      '/metrics%2f',
      '/%6detrics',
      '/metrics;x',
      '/metrics\\',
      '/./metrics',
      '/x/../metrics',
      'metrics',
      'http://gate.example.com/metrics',
      '/api/v1/explain/x',
      '/api//v1/exposure',
      '/api/v1/exposure%3f',
      '/simplex/demo/',
    ])
      assert.equal(find(target), undefined, target);
  });

  it('takes the home page for itself alone, should there be one', () => {
    const findHome = routeFinder([...ROUTES, { path: '/' }]);
    assert.equal(findHome('/?x')?.path, '/');
    for (const target of ['//', '//metrics', '/x', '']) assert.equal(findHome(target), undefined);
  });

  it('opens nothing but its open rows, however a path is spelled', () => {
    const piece = fc.constantFrom(
      ...[
        '/',
        '//',
        '.',
        '..',
        '%2f',
        '%2F',
        '%5c',
        '\\',
        '%00',
        '%25',
        ';',
        ':',
        '@',
        '?',
        '#',
        '*',
        'x',
      ],
      ...[
        'metrics',
        'METRICS',
        '%6detrics',
        'healthz',
        'readyz',
        'simple',
        'files',
        'api/v1/exposure',
      ],
      ...['http://gate.example.com', 'HTTPS://h:1'],
    );
    const target = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
    const open = /^\/(healthz|readyz|metrics)\/?([?#].*)?$/s;
    fc.assert(
      fc.property(target, (text) => {
        assert.equal(find(text)?.mayAsk === 'anybody', open.test(text), text);
      }),
      { numRuns: 20_000 },
    );
  });
});
