import { Argument, Command, Help, Option } from 'commander';
import { CLIENTS } from '../domain/client-settings.js';
import { VERSION } from '../runtime/package-root.js';
import { terminalOutput as out } from './output.js';
import { DEFAULT_SERVER } from './server-url.js';
import { mustNotTakeFlags, throwUsageErrors } from './usage-errors.js';

/** Whether the output is JSON: errors are then JSON as well. */
export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = (end === -1 ? args : args.slice(0, end)).join(' ');
  return / --(?:json|format[ =]json)(?: |$)/.test(` ${options}`);
}

/** An argument or option as Commander's help is to show it, which would list the choices a second time. */
function withoutChoices<T extends Argument | Option>(described: T): T {
  return Object.create(described, { argChoices: { value: undefined } });
}

/**
 * The command line: each command with its options, as in docs/commands.md. Commands are loaded on demand: `serve` does
 * not load the parsers of `audit`.
 * @param done receives the exit code
 */
export function createProgram(done: (code: number) => void): Command {
  const program = new Command('wheelgate')
    .description('A caching PyPI proxy that enforces policy.')
    .version(VERSION)
    .option('--debug', 'print the stack trace of an unexpected error')
    .configureHelp({
      // The descriptions name the choices already.
      argumentDescription: (argument) =>
        Help.prototype.argumentDescription(withoutChoices(argument)),
      optionDescription: (option) => Help.prototype.optionDescription(withoutChoices(option)),
    })
    .configureOutput({
      // Errors are thrown. Without a command, all of the help is printed instead.
      outputError: () => {},
      writeErr: (text) => {
        const { argv } = process;
        if (!asksForJson(argv) && !argv.includes('help')) process.stderr.write(text);
      },
    });

  program
    .command('serve')
    .description('serve packages; by default from PyPI, with the shipped policies')
    .option('--config <file>', 'configuration file (default: wheelgate.yaml, if present)')
    .option('--listen <host:port>', 'address to listen on (default: 127.0.0.1:8080)')
    .option('--upstream <url>', 'simple index to use instead of PyPI')
    .option('--policies <dir>', 'folder of your own policy files')
    .option('--data <dir>', 'folder for cache, findings and decision log')
    .option('--workers <count>', 'number of worker processes (default: 1)')
    .option('--redis <url>', 'Redis shared by replicas: redis://HOST:PORT')
    .option('--s3 <url>', 'bucket for shared artifacts: s3://BUCKET/PREFIX?endpoint=URL')
    .action(async (options) => {
      const { runServe } = await import('./serve.js');
      done(await runServe(options, out));
    });

  program
    .command('check')
    .description('validate policy files and run their tests')
    .argument(
      '[dir]',
      'folder of policy files (default: that of the settings, else only the shipped ones)',
    )
    .option(
      '--config <file>',
      'settings with upstream names, feed and policy folder (default: wheelgate.yaml, if present)',
    )
    .option(
      '--against <history>',
      'replay a decision log or data folder and show what would change',
    )
    .option('--json', 'print JSON')
    .action(async (dir, options) => {
      const { runCheck } = await import('./check.js');
      done(await runCheck(dir, options, out));
    });

  program
    .command('inspect')
    .description('inspect artifacts on disk; exit code 1 if one is refused')
    .argument('<file...>', 'wheels, sdists, eggs')
    .option('--policies <dir>', 'folder of your own policy files')
    .option('--json', 'print JSON')
    .action(async (files, options) => {
      const { runInspect } = await import('./inspect.js');
      done(await runInspect(files, options, out));
    });

  program
    .command('explain')
    .description("show the verdict on each file of a project, such as 'litellm==1.82.8'")
    .argument('<project[spec]>')
    .option('--server <url>', 'a running Wheelgate', DEFAULT_SERVER)
    .option('--policies <dir>', 'show what would change under this folder of policy files')
    .option('--json', 'print JSON')
    .action(async (what, options) => {
      const { runExplain } = await import('./explain.js');
      done(await runExplain(what, options, out));
    });

  program
    .command('waive')
    .description('print a waiver for a refusal, or write it to a policy file')
    .argument('<link|project==version>', 'a refusal link, or one release')
    .option('--rule <rule>', 'rule to waive (default: the rule that refuses)')
    .option('--owner <owner>', 'person or team responsible')
    .option('--reason <text>', 'reason for the waiver')
    .option('--expires <date>', 'last day, or a time (default: in two weeks)')
    .option('--write <file>', 'policy file to write to')
    .option('--server <url>', "a running Wheelgate (the link's, else http://127.0.0.1:8080)")
    .action(async (what, options) => {
      const { runWaive } = await import('./waive.js');
      done(await runWaive(what, options, out));
    });

  program
    .command('approve')
    .description(
      "print known-good entries for a release's start-up hooks, or write them to a policy file",
    )
    .argument('<link|project==version>', 'a refusal link, or one release')
    .option('--owner <owner>', 'person or team responsible')
    .option('--reason <text>', 'reason why the hook is known-good')
    .option('--write <file>', 'policy file to write to')
    .option('--server <url>', "a running Wheelgate (the link's, else http://127.0.0.1:8080)")
    .action(async (what, options) => {
      const { runApprove } = await import('./approve.js');
      done(await runApprove(what, options, out));
    });

  program
    .command('exposure')
    .description("list who downloaded a release, such as 'litellm==1.82.8'")
    .argument('[project[spec]]')
    .option('--sha256 <digest>', 'digest of an artifact, with or without a project')
    .option(
      '--since <time>',
      'start time (ISO 8601, such as 2026-03-24T10:00Z; a date starts at midnight UTC)',
    )
    .option('--refused', 'include refused requests')
    .option('--server <url>', 'a running Wheelgate', DEFAULT_SERVER)
    .addOption(
      new Option(
        '--log <path>',
        'read a decision log file or folder instead of asking a server',
      ).conflicts('server'),
    )
    .option('--json', 'print JSON')
    .addOption(new Option('--csv', 'print CSV').conflicts('json'))
    .action(async (what, options) => {
      const { runExposure } = await import('./exposure.js');
      done(await runExposure(what, options, out));
    });

  program
    .command('feed')
    .description('the malware feed')
    .command('sync')
    .description('update the malware feed in the data folder')
    .option('--config <file>', 'configuration file (default: wheelgate.yaml, if present)')
    .option('--data <dir>', 'folder for cache, findings and decision log')
    .option('--url <url>', "OSV's PyPI records, a mirror, or a folder")
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { runFeedSync } = await import('./feed.js');
      done(await runFeedSync(options, out));
    });

  program
    .command('notify')
    .description('the webhooks')
    .command('test')
    .description('send a test message to each configured webhook; exit code 1 if one fails')
    .option('--config <file>', 'configuration file (default: wheelgate.yaml, if present)')
    .option('--json', 'print JSON')
    .action(async (options) => {
      const { runNotifyTest } = await import('./notify.js');
      done(await runNotifyTest(options, out));
    });

  program
    .command('audit')
    .description('audit an environment or a lock file; exit code 1 if there are problems')
    .argument(
      '[path]',
      'virtual environment, site-packages folder, lock or requirements file (default: the active environment or ./.venv)',
    )
    .option('--policies <dir>', 'folder of your own policy files')
    .option('--data <dir>', 'data folder with the malware feed')
    .option('--base <file|rev:path>', 'compare with another lock, or a lock at a git revision')
    .addOption(
      new Option('--format <format>', 'text, markdown, sarif or json')
        .choices(['text', 'markdown', 'sarif', 'json'])
        .default('text'),
    )
    .option(
      '--index <url>',
      'URL of your Wheelgate, also queried about changes (default: public-url, else listen)',
    )
    .option('--json', 'print JSON: --format json')
    .action(async (path, options) => {
      const { runAudit } = await import('./audit.js');
      done(await runAudit(path, options, out));
    });

  program
    .command('watch')
    .description('watch an environment for new hooks, changed files and denied releases')
    .argument('<path>', 'a virtual environment or a site-packages folder')
    .option('--listen <host:port>', 'serve Prometheus metrics at this address')
    .option('--data <dir>', 'data folder with the malware feed')
    .option('--policies <dir>', 'folder of your own policy files')
    .option('--poll <seconds>', 'scan interval (default: 10 on network file systems)')
    .option('--json', 'print JSON lines, even on a terminal')
    .action(async (path, options) => {
      const { runWatch } = await import('./watch.js');
      done(await runWatch(path, options, out));
    });

  program
    .command('client')
    .description('print the settings for a client')
    .addArgument(new Argument('[client]', CLIENTS.join(', ')).choices(CLIENTS))
    .option('--server <url>', 'URL of Wheelgate', DEFAULT_SERVER)
    .option('--malware-check', 'uv: include the settings for its malware check')
    .addOption(
      new Option('--write', "write the settings with the client's own command").conflicts('json'),
    )
    .option('--json', 'print JSON')
    .action(async (client, options) => {
      const { runClient } = await import('./client.js');
      done(await runClient(client, options, out));
    });

  program
    .command('token')
    .description('create a token for a user and print its line for the tokens file')
    .argument('<user>')
    .addOption(
      new Option('--role <role>', 'client, or admin to see who downloaded what')
        .choices(['client', 'admin'])
        .default('client'),
    )
    .option('--expires <day>', 'last day of validity, such as 2027-01-31')
    .option('--json', 'print JSON')
    .action(async (user, options) => {
      const { runToken } = await import('./token.js');
      done(await runToken(user, options, out));
    });

  program
    .command('completion')
    .description('print a shell completion script')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => {
      const { runCompletion } = await import('./completion.js');
      done(runCompletion(shell, program, out));
    });

  program.hook('preAction', (_, command) => mustNotTakeFlags(command));
  throwUsageErrors(program, process.argv);
  return program;
}
