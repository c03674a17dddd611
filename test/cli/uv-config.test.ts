import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { uvConfigFile } from '../../src/cli/uv-config.js';

describe("uv's own settings", () => {
  for (const [platform, home, env, expected] of [
    ['linux', '/home/ann', {}, '/home/ann/.config/uv/uv.toml'],
    ['linux', '/home/ann', { XDG_CONFIG_HOME: '/cfg' }, '/cfg/uv/uv.toml'],
    ['darwin', '/Users/ann', {}, '/Users/ann/.config/uv/uv.toml'],
    ['win32', 'C:\\Users\\ann', {}, 'C:\\Users\\ann\\AppData\\Roaming\\uv\\uv.toml'],
    ['win32', 'C:\\Users\\ann', { APPDATA: 'D:\\Roaming' }, 'D:\\Roaming\\uv\\uv.toml'],
    ['win32', 'C:\\Users\\ann', { UV_CONFIG_FILE: 'E:\\uv.toml' }, 'E:\\uv.toml'],
  ] as const)
    it(`lie in ${expected} on ${platform} with ${JSON.stringify(env)}`, () => {
      assert.equal(uvConfigFile(env, platform, home), expected);
    });
});
