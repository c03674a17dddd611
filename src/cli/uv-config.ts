import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/**
 * The file that uv reads a user's settings from: in `%APPDATA%` on Windows, below `~/.config` elsewhere, on macOS too.
 * @param platform whose conventions hold; a test supplies its own, and the home folder
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
