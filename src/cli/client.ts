import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CLIENTS, type ClientName, clientSettings } from '../domain/client-settings.js';
import { EXIT, type Output, UsageError } from './output.js';
import { serverUrl } from './server-url.js';
import { copied } from './words.js';

export interface ClientOptions {
  readonly server: string;
  readonly write?: boolean;
  readonly json?: boolean;
}

/** `wheelgate client`: prints the lines to put into a client's settings, or writes them. */
export function runClient(name: string | undefined, options: ClientOptions, out: Output): number {
  const server = serverUrl(options.server);
  const clients = name === undefined ? CLIENTS : [clientNamed(name)];
  if (options.write === true) {
    if (name === undefined) throw new UsageError(`--write needs one client: ${CLIENTS.join(', ')}`);
    return write(clientNamed(name), server, out);
  }
  if (options.json === true) {
    const settings = clients.map((client) => ({ client, ...clientSettings(client, server) }));
    out.json(name === undefined ? settings : settings[0]);
    return EXIT.fine;
  }
  for (const client of clients) {
    const { file, lines, environment } = clientSettings(client, server);
    out.line(copied(`# ${client}: ${file}`));
    for (const line of lines) out.line(copied(line));
    if (environment.length > 0)
      out.line(copied(`# or, for one shell or job: ${environment.join(' ')}`));
    if (client !== clients.at(-1)) out.line('');
  }
  return EXIT.fine;
}

function clientNamed(name: string): ClientName {
  const client = CLIENTS.find((known) => known === name);
  if (client === undefined)
    throw new UsageError(`no such client: ${name}; there are ${CLIENTS.join(', ')}`);
  return client;
}

/** Lets the client's own command write its settings, so that whatever else stands there stays. */
function write(client: ClientName, server: string, out: Output): number {
  const { command } = clientSettings(client, server);
  if (command === undefined) return writeUv(server, out);
  const [program = '', ...args] = command;
  const run = spawnSync(program, args, { encoding: 'utf8' });
  if (run.error !== undefined || run.status !== 0) {
    const { code } = (run.error ?? {}) as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' ? `${program} is not on the path` : run.error?.message;
    const why = missing ?? (run.stderr.trim() || `exit code ${run.status}`);
    out.problem(`${command.join(' ')}: ${why}`);
    return EXIT.unclear;
  }
  out.line(`done: ${command.join(' ')}`);
  return EXIT.fine;
}

/** What was written here for another server. */
const OWN_INDEX = /^\[\[index\]\]\nname = "wheelgate"\nurl = "[^"\n]*"\ndefault = true\n/m;

/** uv has no command for it. An index that is there already is not ours to change, but for our own. */
function writeUv(server: string, out: Output): number {
  const config = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  const path = process.env.UV_CONFIG_FILE ?? join(config, 'uv', 'uv.toml');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const { lines } = clientSettings('uv', server);
  const block = `${lines.join('\n')}\n`;
  if (before.includes(block)) {
    out.line(`${path} says so already`);
    return EXIT.fine;
  }
  const own = OWN_INDEX.exec(before)?.[0];
  if (own !== undefined) {
    writeFileSync(
      path,
      before.replace(own, () => block),
    );
    out.line(`written: ${path}, in place of the server before`);
    return EXIT.fine;
  }
  if (/^\s*(\[\[index\]\]|index\s*=|index-url\s*=|\[pip\])/m.test(before)) {
    out.problem(`${path} names an index already; put these lines there by hand:`);
    for (const line of lines) out.problem(line);
    return EXIT.unclear;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, before === '' ? block : `${before.trimEnd()}\n\n${block}`);
  out.line(`written: ${path}`);
  return EXIT.fine;
}
