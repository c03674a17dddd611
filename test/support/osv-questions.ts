import type { TestGate } from './wheelgate.js';

/** One package of PyPI's, as a client asks for it. */
export function pypiRelease(name: string, version?: string) {
  return { package: { name, ecosystem: 'PyPI' }, ...(version !== undefined && { version }) };
}

/** Asks as OSV's clients do. */
export async function postJson(
  gate: TestGate,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; json: any }> {
  const response = await fetch(gate.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, json: await response.json() };
}

/** The identifiers under which each of some releases is named, in a batch. */
export async function namesOf(
  gate: TestGate,
  ...releases: readonly (readonly [name: string, version: string])[]
): Promise<string[][]> {
  const queries = releases.map(([name, version]) => pypiRelease(name, version));
  const { json } = await postJson(gate, '/v1/querybatch', { queries });
  return json.results.map(({ vulns = [] }: any) => vulns.map(({ id }: any) => id));
}
