import type { TestGate } from './wheelgate.js';

/** One PyPI package in a client's query. */
export function pypiRelease(name: string, version?: string) {
  return { package: { name, ecosystem: 'PyPI' }, ...(version !== undefined && { version }) };
}

/** Sends a query like OSV's clients. */
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

/** The identifiers of the records that name each release, from a batch query. */
export async function namesOf(
  gate: TestGate,
  ...releases: readonly (readonly [name: string, version: string])[]
): Promise<string[][]> {
  const queries = releases.map(([name, version]) => pypiRelease(name, version));
  const { json } = await postJson(gate, '/v1/querybatch', { queries });
  return json.results.map(({ vulns = [] }: any) => vulns.map(({ id }: any) => id));
}
