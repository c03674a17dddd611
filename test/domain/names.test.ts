import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDistributionFilename } from '../../src/domain/distribution-filename.js';
import { type ProjectName, parseProjectName } from '../../src/domain/project-name.js';
import { parseSpecifier, parseVersion } from '../../src/domain/version.js';

describe('project names', () => {
  it('are normalised as PEP 503 says', () => {
    assert.equal(parseProjectName('Zope.Interface'), 'zope-interface');
    assert.equal(parseProjectName('a__-..b'), 'a-b');
  });
  it('that are none are not read', () => {
    for (const text of ['', '-a', 'a-', 'a/b', '..', 'a b', 'é', 'a'.repeat(201)])
      assert.equal(parseProjectName(text), undefined, text);
  });
});

describe('versions', () => {
  it('have one normal form', () => {
    assert.equal(parseVersion('v0.23.3'), '0.23.3');
    assert.equal(parseVersion('1.0-RC1'), '1.0rc1');
    assert.equal(parseVersion('1!2.0+Ubuntu_1'), '1!2.0+ubuntu.1');
    assert.equal(parseVersion('2004d'), undefined);
  });
  it('match a specifier whatever their spelling', () => {
    const specifier = parseSpecifier('==0.23.3');
    for (const version of ['0.23.3', 'v0.23.3', '0.23.3.0', '0.23.3+local'])
      assert.ok(specifier.matches(version), version);
    for (const version of ['0.23.4', '0.23.3.post1', '1!0.23.3', '0.23.3rc1'])
      assert.ok(!specifier.matches(version), version);
  });
  it('that are pre-releases match too', () => {
    assert.ok(parseSpecifier('<2').matches('1.0rc1'));
  });
  it('are matched by sets of clauses', () => {
    const specifier = parseSpecifier('>=1.0, <2, !=1.5.*');
    assert.ok(specifier.matches('1.4'));
    assert.ok(!specifier.matches('1.5.2'));
  });
  it('are matched by a local label where the specifier has one', () => {
    const labelled = parseSpecifier('==2.1.0+cu118');
    assert.ok(labelled.matches('2.1.0+cu118'));
    for (const version of ['2.1.0+evil', '2.1.0', '2.1.0+cu118.1'])
      assert.ok(!labelled.matches(version), version);
    assert.ok(parseSpecifier('==2.1.0').matches('2.1.0+anything'));
  });
  it('refuse a specifier that does not parse', () => {
    for (const text of ['>=not', '1.0', '=1.0', '==1.0 ==2.0', '==1.0+a.*', '~=1', '>1.0+a'])
      assert.throws(() => parseSpecifier(text), RangeError, text);
  });
});

describe('distribution filenames', () => {
  const read = (filename: string, project?: string) => {
    const name = parseDistributionFilename(filename, project as ProjectName | undefined);
    return name && [name.kind, name.project, name.version];
  };
  it('of wheels give project, version and build', () => {
    assert.deepEqual(read('Foo.Bar_baz-1.0-py3-none-any.whl'), ['wheel', 'foo-bar-baz', '1.0']);
    assert.deepEqual(read('torch-2.1.0+cpu-cp311-cp311-linux_x86_64.whl'), [
      'wheel',
      'torch',
      '2.1.0+cpu',
    ]);
    assert.deepEqual(read('a-1!2.0-py3-none-any.whl'), ['wheel', 'a', '1!2.0']);
    assert.equal(parseDistributionFilename('a-1.0-2local-py3-none-any.whl')?.build, '2local');
    const tagged = (filename: string) => {
      const { version, build, variant } = parseDistributionFilename(filename)!;
      return [version, build, variant];
    };
    assert.deepEqual(tagged('a-1.0-py3-none-any-v3.whl'), ['1.0', undefined, 'v3']);
    assert.deepEqual(tagged('a-1.0-2-py3-none-any-v3.whl'), ['1.0', '2', 'v3']);
    assert.deepEqual(tagged('a-1.0-py3-none-any-v3-more.whl'), [undefined, undefined, undefined]);
  });
  it('of sdists with several hyphens follow the project that lists them', () => {
    assert.deepEqual(read('a-b-1.0-2.tar.gz', 'a-b'), ['sdist', 'a-b', '1.0.post2']);
    assert.deepEqual(read('python-dateutil-2.8.2.tar.gz'), ['sdist', 'python-dateutil', '2.8.2']);
    assert.deepEqual(read('typed-ast-1.5.4.zip', 'typed-ast'), ['sdist', 'typed-ast', '1.5.4']);
  });
  it('with a folder, a control character or a leading dot are refused', () => {
    for (const filename of ['a/b-1.0.zip', '..', '.a-1.0.zip', 'a\n-1.0.zip', 'a\\b-1.zip', ''])
      assert.equal(parseDistributionFilename(filename), undefined, filename);
  });
  it('of other kinds are named as such', () => {
    assert.deepEqual(read('a-1.0.win32.exe'), ['other', undefined, undefined]);
    assert.deepEqual(read('a-1.0-py2.7.egg'), ['egg', 'a', '1.0']);
  });
});
