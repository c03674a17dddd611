import { parseProjectName } from '../domain/project-name.js';
import { parseSpecifier } from '../domain/version.js';
import type { Explanation } from '../pages/explain.js';
import { EXIT, type Output, UsageError } from './output.js';

export interface ExplainOptions {
  readonly server: string;
  readonly json?: boolean;
}

interface Answer {
  readonly project: string;
  readonly policy: string;
  readonly files: readonly Explanation[];
}

/** `wheelgate explain`: asks a running Wheelgate what it makes of each file; exit code 1 where one is refused. */
export async function runExplain(
  what: string,
  options: ExplainOptions,
  out: Output,
): Promise<number> {
  const { project, versions } = readRequirement(what);
  const query = new URLSearchParams({ project, ...(versions !== '' && { versions }) });
  const server = options.server.replace(/\/+$/, '');
  if (!URL.canParse(server)) throw new UsageError(`--server needs a URL, not ${options.server}`);
  const answer = await ask(`${server}/api/v1/explain?${query}`);
  if (options.json === true) out.line(JSON.stringify(answer, null, 2));
  else show(answer, out);
  return answer.files.some((file) => file.verdict === 'block') ? EXIT.refused : EXIT.fine;
}

function readRequirement(what: string): { project: string; versions: string } {
  const match = /^\s*([A-Za-z0-9._-]+?)\s*([=<>!~].*)?$/.exec(what);
  const project = parseProjectName(match?.[1] ?? '');
  if (project === undefined) throw new UsageError(`not PROJECT or PROJECT==VERSION: ${what}`);
  const versions = match?.[2]?.trim() ?? '';
  try {
    if (versions !== '') parseSpecifier(versions);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return { project, versions };
}

async function ask(url: string): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const cause = (error as Error).cause as Error | undefined;
    throw new UsageError(
      `${new URL(url).origin} does not answer (${cause?.message ?? (error as Error).message}): is it running? --server names another`,
    );
  }
  const body = (await response.json().catch(() => ({}))) as Answer & { detail?: string };
  if (!response.ok) throw new UsageError(body.detail ?? `status ${response.status}`);
  return body;
}

const MARKS = { allow: 'allow', warn: 'WARN ', block: 'BLOCK' } as const;

function show({ project, policy, files }: Answer, out: Output): void {
  out.line(`${project}, policy revision ${policy}`);
  if (files.length === 0) out.line('  no file matches');
  for (const file of files) {
    const seen = file.inspected ? '' : '  (not opened yet)';
    out.line(`  ${MARKS[file.verdict]}  ${file.filename}${seen}`);
    if (file.rule !== undefined) out.line(`         ${file.reason}`);
    if (file.reference !== undefined) out.line(`         see ${file.reference}`);
    if (file.until !== undefined) out.line(`         until ${file.until}`);
    if (file.waiver !== undefined)
      out.line(
        `         waived until ${file.waiver.expires} by ${file.waiver.owner}: ${file.waiver.reason}`,
      );
    if (file.dryRun) out.line('         dry-run: it is served all the same');
  }
}
