import { Argument, Command, Option } from 'commander';
import { CLIENTS } from '../domain/client-settings.js';
import { redactUrls } from '../domain/credentials.js';
import { visible } from '../domain/visible.js';
import { VERSION } from '../runtime/package-root.js';
import { terminalOutput as out } from './output.js';
import { DEFAULT_SERVER } from './server-url.js';

/** Whether a program reads what is printed: then an error is JSON, too. */
export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = (end === -1 ? args : args.slice(0, end)).join(' ');
  return / --(?:json|format[ =]json)(?: |$)/.test(` ${options}`);
}

/** What was typed may hold a password: an option that is not known is named, and its value is not. */
export function withoutValues(text: string): string {
  return redactUrls(text.replace(/(--[\w-]+)=[^\n]*/g, '$1'));
}

/**
 * The command line: each command with its options, as docs/commands.md lists them. A command is loaded when it is asked
 * for: `serve` has no use for what `audit` reads locks with.
 * @param done told the exit code
 */
export function createProgram(done: (code: number) => void): Command {
  const program = new Command('wheelgate')
    .description('A caching PyPI proxy that enforces policy.')
    .version(VERSION)
    .option('--debug', 'print the stack of an error that was not expected')
    .showHelpAfterError(asksForJson(process.argv) ? false : '(wheelgate --help lists the commands)')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        if (!asksForJson(process.argv)) write(visible(withoutValues(text)));
      },
    });

  program
    .command('serve')
    .description(
      'serve packages; without any option: PyPI behind it, the shipped policies, memory and disk',
    )
    .option('--config <file>', 'configuration file (wheelgate.yaml where it is there)')
    .option('--listen <host:port>', 'address to listen on (127.0.0.1:8080)')
    .option('--upstream <url>', "simple index to ask instead of PyPI's")
    .option('--policies <dir>', 'folder of your own policy files')
    .option('--data <dir>', 'folder for cache, findings and decision log')
    .option('--workers <count>', 'processes that serve on the one port (1)')
    .option('--redis <url>', 'what replicas tell each other through: redis://HOST:PORT')
    .option('--s3 <url>', 'artifacts that machines share: s3://BUCKET/PREFIX?endpoint=URL')
    .action(async (options) => {
      const { runServe } = await import('./serve.js');
      done(await runServe(options, out));
    });

  program
    .command('check')
    .description('validate policy files, and try them on the tests beside them')
    .argument('[dir]', 'folder of policy files; without it, the shipped ones alone')
    .option('--config <file>', 'settings that it is for: names of upstreams, feed, its folder')
    .option('--against <history>', 'replay a decision log, or a data folder: what would change')
    .option('--json', 'print JSON')
    .action(async (dir, options) => {
      const { runCheck } = await import('./check.js');
      done(await runCheck(dir, options, out));
    });

  program
    .command('inspect')
    .description('findings and verdict of artifacts on disk; exit code 1 if one is refused')
    .argument('<file...>', 'wheels, sdists, eggs')
    .option('--policies <dir>', 'folder of your own policy files')
    .option('--json', 'print JSON')
    .action(async (files, options) => {
      const { runInspect } = await import('./inspect.js');
      done(await runInspect(files, options, out));
    });

  program
    .command('explain')
    .description(
      "each file of a project: verdict, rule, reason, waiver; for example 'litellm==1.82.8'",
    )
    .argument('<project[spec]>')
    .option('--server <url>', 'a running Wheelgate', DEFAULT_SERVER)
    .option('--policies <dir>', 'what would be different under this folder of policy files')
    .option('--json', 'print JSON')
    .action(async (what, options) => {
      const { runExplain } = await import('./explain.js');
      done(await runExplain(what, options, out));
    });

  program
    .command('waive')
    .description(
      'the waiver that lifts a refusal for a time: printed, or written into a policy file',
    )
    .argument('<link|project==version>', "a refusal's link, or one release")
    .option('--rule <rule>', 'the rule to lift (that of the refusal)')
    .option('--owner <owner>', 'who answers for it')
    .option('--reason <text>', 'why it may pass')
    .option('--expires <date>', 'its last day, or an instant (in two weeks)')
    .option('--write <file>', 'a policy file to write it into')
    .option('--server <url>', "a running Wheelgate (the link's, else http://127.0.0.1:8080)")
    .action(async (what, options) => {
      const { runWaive } = await import('./waive.js');
      done(await runWaive(what, options, out));
    });

  program
    .command('approve')
    .description(
      'the entries that list the start-up hooks of a release as honest: printed, or written into a policy file',
    )
    .argument('<link|project==version>', "a refusal's link, or one release")
    .option('--owner <owner>', 'who answers for it')
    .option('--reason <text>', 'why it is honest')
    .option('--write <file>', 'a policy file to write them into')
    .option('--server <url>', "a running Wheelgate (the link's, else http://127.0.0.1:8080)")
    .action(async (what, options) => {
      const { runApprove } = await import('./approve.js');
      done(await runApprove(what, options, out));
    });

  program
    .command('exposure')
    .description("who was given it, when, from where; for example 'litellm==1.82.8'")
    .argument('[project[spec]]')
    .option('--sha256 <digest>', "an artifact's digest, beside or instead of the project")
    .option('--since <time>', 'nothing before this time (ISO 8601)')
    .option('--refused', 'those who were refused it, too')
    .option('--server <url>', 'a running Wheelgate', DEFAULT_SERVER)
    .option('--log <path>', "the decision log's file or folder, instead of a server")
    .option('--json', 'print JSON')
    .option('--csv', 'print CSV')
    .action(async (what, options) => {
      const { runExposure } = await import('./exposure.js');
      done(await runExposure(what, options, out));
    });

  program
    .command('feed')
    .description('the malware feed')
    .command('sync')
    .description('fetch what is new into the data folder')
    .option('--config <file>', 'configuration file (wheelgate.yaml where it is there)')
    .option('--data <dir>', 'folder for cache, findings and decision log')
    .option('--url <url>', "OSV's PyPI records, a mirror of them, or a folder")
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { runFeedSync } = await import('./feed.js');
      done(await runFeedSync(options, out));
    });

  program
    .command('notify')
    .description('the webhooks')
    .command('test')
    .description(
      'send a test message to each webhook of the settings; exit code 1 if one does not take it',
    )
    .option('--config <file>', 'configuration file (wheelgate.yaml where it is there)')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { runNotifyTest } = await import('./notify.js');
      done(await runNotifyTest(options, out));
    });

  program
    .command('audit')
    .description(
      'what is wrong with an environment, or with what a lock would install; exit code 1 if something is found',
    )
    .argument(
      '[path]',
      'a virtual environment, a site-packages folder, or a lock or requirements file (the active environment, or ./.venv)',
    )
    .option('--policies <dir>', 'folder of your own policy files')
    .option('--data <dir>', 'folder in which the malware feed lies')
    .option(
      '--base <file|rev:path>',
      'another lock, or one of a git revision: only what changed counts',
    )
    .addOption(
      new Option('--format <format>', 'text, markdown, sarif or json')
        .choices(['text', 'markdown', 'sarif', 'json'])
        .default('text'),
    )
    .option(
      '--index <url>',
      'what counts as ours, and is asked about what changed (public-url, else listen)',
    )
    .option('--json', 'print JSON: --format json')
    .action(async (path, options) => {
      const { runAudit } = await import('./audit.js');
      done(await runAudit(path, options, out));
    });

  program
    .command('watch')
    .description('stay, and tell what changes in an environment: hooks, files, denied releases')
    .argument('<path>', 'a virtual environment or a site-packages folder')
    .option('--listen <host:port>', 'serve Prometheus metrics there')
    .option('--data <dir>', 'folder in which the malware feed lies')
    .option('--policies <dir>', 'folder of your own policy files')
    .option('--poll <seconds>', 'look that often; by itself so on network file systems, every 10 s')
    .option('--json', 'print JSON lines also on a terminal')
    .action(async (path, options) => {
      const { runWatch } = await import('./watch.js');
      done(await runWatch(path, options, out));
    });

  program
    .command('client')
    .description("the lines to put into a client's settings")
    .addArgument(new Argument('[client]', CLIENTS.join(', ')).choices(CLIENTS))
    .option('--server <url>', 'where Wheelgate is', DEFAULT_SERVER)
    .option('--malware-check', 'uv: with those that have it ask for malware in what is locked')
    .option('--write', "write them, by the client's own means where it has some")
    .option('--json', 'print JSON')
    .action(async (client, options) => {
      const { runClient } = await import('./client.js');
      done(await runClient(client, options, out));
    });

  program
    .command('token')
    .description('a new token for one user, and the line for the file of tokens')
    .argument('<user>')
    .addOption(
      new Option('--role <role>', 'client, or admin: may also ask who downloaded what')
        .choices(['client', 'admin'])
        .default('client'),
    )
    .option('--expires <day>', 'the last day it is good, as in 2027-01-31')
    .option('--json', 'print JSON')
    .action(async (user, options) => {
      const { runToken } = await import('./token.js');
      done(await runToken(user, options, out));
    });

  program
    .command('completion')
    .description('a script that makes a shell complete commands, options and their values')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => {
      const { runCompletion } = await import('./completion.js');
      done(runCompletion(shell, program, out));
    });

  return program;
}
