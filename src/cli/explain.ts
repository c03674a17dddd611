import type { Explanation } from '../pages/explain.js';
import { askServer } from './ask-server.js';
import { EXIT, type Output } from './output.js';
import { readRequirement } from './requirement.js';

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
  const query = { project, versions: versions?.text };
  const answer = await askServer<Answer>(options.server, '/api/v1/explain', query);
  if (options.json === true) out.line(JSON.stringify(answer, null, 2));
  else show(answer, out);
  return answer.files.some((file) => file.verdict === 'block') ? EXIT.refused : EXIT.fine;
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
