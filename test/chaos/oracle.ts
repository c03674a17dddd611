import type { Seen } from './client.js';

/** The end of a refused file that no client may have, in bytes, as `gate.last-block` is set. */
export const LAST_BLOCK = 100_000;

/** Answers that end a request for a file, and are written down before they do. */
const DECIDED = new Set([200, 206, 304, 403]);

/** Whether a client has all of an answer that has been written down. */
export function isDecided({ complete, plan, status }: Seen): boolean {
  return complete && plan.leaveAfter === undefined && DECIDED.has(status);
}

/** What the policy's edits mean for a request: `unknown` while an edit is on its way. */
export type Edit = 'denied' | 'let go' | 'unknown';

/** What is wrong with an answer; nothing where it is one of those that may come. */
export function faultsOf(seen: Seen, edit: Edit): string[] {
  const { file, status, body, complete, plan } = seen;
  const { bytes } = file.dist;
  const fate = file.fate === 'edited' ? edited(edit) : file.fate;
  const name = `${plan.method} ${file.dist.filename} ${JSON.stringify(plan.headers)} -> ${status}`;
  const faults: string[] = [];
  const fault = (what: string) => faults.push(`${name}: ${what}`);
  if (seen.hung) fault('no answer, and no end');
  if (status === 0 || status >= 500) return faults;
  if (status === 403) {
    if (fate === 'allowed') fault('refused, and it is allowed');
    return faults;
  }
  if (status === 304) {
    if (fate === 'refused' && complete) fault('not modified, and it is refused');
    return faults;
  }
  if (status === 416) return faults;
  // The index's own word, passed on: one of the faults that it is given.
  if (status === 404 && (plan.method === 'HEAD' || body.includes('does not have it')))
    return faults;
  if (status !== 200 && status !== 206) {
    fault(`an answer that nobody expects: ${body.toString('utf8', 0, 500)}`);
    return faults;
  }
  if (plan.method === 'HEAD') {
    if (body.length > 0) fault('a HEAD with a body');
    return faults;
  }
  const start = status === 206 ? startOf(seen) : 0;
  if (start === undefined) {
    fault(`a range without its place: ${String(seen.headers['content-range'])}`);
    return faults;
  }
  // What breaks off may have come from an index that sent other bytes: that shows at its end alone.
  if (complete && !body.equals(bytes.subarray(start, start + body.length))) fault('wrong bytes');
  if (fate === 'refused') {
    if (status === 200 && complete) fault('complete, and it is refused');
    const reached = start + body.length;
    if (body.length > 0 && reached > Math.max(0, bytes.length - LAST_BLOCK))
      fault(`${reached} of ${bytes.length} bytes of a refused file`);
  } else if (status === 200 && complete && body.length !== bytes.length) {
    fault(`complete with ${body.length} of ${bytes.length} bytes`);
  }
  return faults;
}

function edited(edit: Edit): 'allowed' | 'refused' | 'either' {
  if (edit === 'unknown') return 'either';
  return edit === 'denied' ? 'refused' : 'allowed';
}

function startOf({ headers }: Seen): number | undefined {
  const [, start] = /^bytes (\d+)-\d+\/\d+$/.exec(String(headers['content-range'])) ?? [];
  return start === undefined ? undefined : Number(start);
}
