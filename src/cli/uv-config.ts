import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/**
 * The path of the user's uv settings: in `%APPDATA%` on Windows, below `~/.config` elsewhere, including macOS.
 * @param platform the platform whose conventions apply; tests pass it with a home folder
 */
export function uvConfigFile(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env.UV_CONFIG_FILE) return env.UV_CONFIG_FILE;
  if (platform === 'win32')
    return win32.join(env.APPDATA || win32.join(home, 'AppData', 'Roaming'), 'uv', 'uv.toml');
  return posix.join(env.XDG_CONFIG_HOME || posix.join(home, '.config'), 'uv', 'uv.toml');
}
