import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  CLIENTS,
  type ClientName,
  type ClientSettings,
  clientSettings,
  malwareCheck,
  PACKAGE_CLIENTS,
} from '../domain/client-settings.js';
import { EXIT, type Output, UsageError } from './output.js';
import { serverUrl } from './server-url.js';
import { uvConfigFile } from './uv-config.js';
import { copied } from './words.js';

export interface ClientOptions {
  readonly server: string;
  readonly write?: boolean;
  /** uv: with the lines that have it ask for malware. */
  readonly malwareCheck?: boolean;
  readonly json?: boolean;
}

/** `wheelgate client`: prints print the settings for a client, or writes them. */
export function runClient(name: string | undefined, options: ClientOptions, out: Output): number {
  const server = serverUrl(options.server);
  const clients = name === undefined ? PACKAGE_CLIENTS : [clientNamed(name)];
  const checks = options.malwareCheck === true;
  if (checks && name !== 'uv') throw new UsageError('--malware-check applies only to uv');
  if (options.write === true) {
    if (name === undefined)
      throw new UsageError(`--write requires one client: ${CLIENTS.join(', ')}`);
    return write(clientNamed(name), server, checks, out);
  }
  if (options.json === true) {
    const settings = clients.map((client) => ({ client, ...settingsOf(client, server, checks) }));
    out.json(name === undefined ? settings : settings[0]);
    return EXIT.fine;
  }
  for (const client of clients) {
    const { file, lines, environment, lock } = settingsOf(client, server, checks);
    out.line(copied(`# ${client}: ${file}`));
    for (const line of lines) out.line(copied(line));
    if (environment.length > 0)
      out.line(copied(`# or, for one shell or job: ${environment.join(' ')}`));
    if (lock !== undefined) out.line(copied(`# ${lock}`));
    if (client !== clients.at(-1)) out.line('');
  }
  return EXIT.fine;
}

/** @param checks whether uv is to ask for malware */
function settingsOf(client: ClientName, server: string, checks: boolean): ClientSettings {
  const settings = clientSettings(client, server);
  if (!checks) return settings;
  const { lines, environment } = malwareCheck(server);
  return {
    ...settings,
    lines: [...settings.lines, '', ...lines],
    environment: [...settings.environment, ...environment],
  };
}

function clientNamed(name: string): ClientName {
  const client = CLIENTS.find((known) => known === name);
  if (client === undefined)
    throw new UsageError(`unknown client: ${name}; supported: ${CLIENTS.join(', ')}`);
  return client;
}

/** Uses the client's own command to write its settings, which leaves its other settings unchanged. */
function write(client: ClientName, server: string, checks: boolean, out: Output): number {
  const { command } = clientSettings(client, server);
  if (client === 'uv') return writeUv(server, checks, out);
  if (command === undefined)
    throw new UsageError(
      `${client} has no command to write its settings; omit --write to print them`,
    );
  const [program = '', ...args] = command;
  const run = spawnSync(program, args, { encoding: 'utf8' });
  if (run.error !== undefined || run.status !== 0) {
    const { code } = (run.error ?? {}) as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' ? `${program} is not in PATH` : run.error?.message;
    const why = missing ?? (run.stderr.trim() || `exit code ${run.status}`);
    out.problem(`${command.join(' ')}: ${why}`);
    return EXIT.unclear;
  }
  out.line(`done: ${command.join(' ')}`);
  return EXIT.fine;
}

/** An entry that Wheelgate wrote for another server. */
const OWN_INDEX = /^\[\[index\]\]\nname = "wheelgate"\nurl = "[^"\n]*"\ndefault = true\n/m;

/** uv has no command for it. An existing index is left unchanged unless Wheelgate wrote it. */
function writeUv(server: string, checks: boolean, out: Output): number {
  const path = uvConfigFile(process.env);
  const blocks: UvBlock[] = [{ lines: clientSettings('uv', server).lines, ...INDEX }];
  if (checks) blocks.push({ lines: malwareCheck(server).lines, ...AUDIT });
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  let after = before;
  for (const block of blocks) {
    const text = withBlock(after, block);
    if (text === undefined) {
      out.problem(`${path} ${block.taken} already; add these lines yourself:`);
      for (const line of block.lines) out.problem(line);
      return EXIT.unclear;
    }
    after = text;
  }
  if (after === before) {
    out.line(`${path} already has these settings`);
    return EXIT.fine;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, after);
  const isOther = blocks.some(({ own }) => own.test(before));
  out.line(`written: ${path}${isOther ? ', replacing the previous server' : ''}`);
  return EXIT.fine;
}

/** A part of uv's settings that is ours to write. */
interface UvBlock {
  readonly lines: readonly string[];
  /** Matches a block that Wheelgate wrote for another server. */
  readonly own: RegExp;
  /** Matches a block that the user wrote, which is left unchanged. */
  readonly others: RegExp;
  /** The problem to report in that case. */
  readonly taken: string;
}

const INDEX = {
  own: OWN_INDEX,
  others: /^\s*(\[\[index\]\]|index\s*=|index-url\s*=|\[pip\])/m,
  taken: 'names an index',
};
const AUDIT = {
  own: /^\[audit\]\nmalware-check = true\nmalware-check-url = "[^"\n]*"\n/m,
  others: /^\s*(\[audit\]|audit[.\s=])/m,
  taken: 'says something of audits',
};

/** @returns undefined if a user's own setting occupies its place */
function withBlock(text: string, { lines, own, others }: UvBlock): string | undefined {
  const block = `${lines.join('\n')}\n`;
  if (text.includes(block)) return text;
  if (own.test(text)) return text.replace(own, () => block);
  if (others.test(text)) return undefined;
  return text === '' ? block : `${text.trimEnd()}\n\n${block}`;
}
