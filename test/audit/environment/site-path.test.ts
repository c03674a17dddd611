import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  below,
  osPath,
  resolveIn,
  shownPath,
  sitePath,
} from '../../../src/audit/environment/site-path.js';

const SITE = 'C:\\Users\\ann\\venv\\Lib\\site-packages';

describe('paths of an environment', () => {
  it('are the same characters on POSIX, a backslash in a name too', () => {
    const path = sitePath('/home/ann/venv/odd\\name', 'linux');
    assert.equal(path, '/home/ann/venv/odd\\name');
    assert.equal(osPath(path, 'linux').toString(), '/home/ann/venv/odd\\name');
  });

  it('of Windows keep their drive when a line or a RECORD leads on from them', () => {
    const site = sitePath(SITE, 'win32');
    const script = resolveIn(site, '../../Scripts/demo.exe');
    assert.equal(osPath(script, 'win32').toString(), 'C:/Users/ann/venv/Scripts/demo.exe');
    assert.equal(shownPath(script, 'win32'), 'C:/Users/ann/venv/Scripts/demo.exe');
    assert.equal(below(site, resolveIn(site, 'demo/__init__.py')), 'demo/__init__.py');
    assert.equal(below(site, script), undefined);
  });

  it('of Windows may lead to another drive', () => {
    const folder = resolveIn(sitePath(SITE, 'win32'), sitePath('D:\\src\\demo', 'win32'));
    assert.equal(osPath(folder, 'win32').toString(), 'D:/src/demo');
  });

  it('of Windows may be relative, with either separator', () => {
    const site = sitePath(SITE, 'win32');
    for (const line of ['..\\shared\\lib', '../shared/lib'])
      assert.equal(
        osPath(resolveIn(site, sitePath(line, 'win32')), 'win32').toString(),
        'C:/Users/ann/venv/Lib/shared/lib',
      );
  });

  it('of Windows may be on a server, or in the form for long paths', () => {
    for (const [written, expected] of [
      ['\\\\server\\share\\venv', '//server/share/venv'],
      ['\\\\?\\UNC\\server\\share\\venv', '//server/share/venv'],
      ['\\\\?\\C:\\venv', 'C:/venv'],
    ] as const) {
      const path = sitePath(written, 'win32');
      assert.ok(path.startsWith('/') && !path.startsWith('//'), path);
      assert.equal(osPath(path, 'win32').toString(), expected);
    }
  });

  for (const platform of ['linux', 'win32'] as const)
    it(`keep the bytes of a name (${platform})`, () => {
      const path = sitePath('/venv/grün', platform);
      assert.deepEqual(osPath(path, platform), Buffer.from('/venv/grün'));
    });
});
