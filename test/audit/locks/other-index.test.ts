import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AuditPolicy } from '../../../src/audit/audit-policy.js';
import { auditLock, readLock } from '../../../src/audit/locks/audit-lock.js';
import { loadOwnPolicy } from '../../../src/cli/own-policy.js';
import { NOTHING_KNOWN } from '../../../src/domain/knowledge.js';

const OURS = 'https://gate.example.com/simple/';
const SHA256 = 'ab'.repeat(32);
const WHEEL = 'demo-1.0-py3-none-any.whl';

/** Locks of one release, by what they are called: from some index, with its files somewhere. */
const LOCKS: readonly (readonly [name: string, text: (index: string, files: string) => string])[] =
  [
    [
      'uv.lock',
      (index, files) =>
        `version = 1\n[[package]]\nname = "demo"\nversion = "1.0"\nsource = { registry = "${index}" }\nwheels = [{ url = "${files}/${WHEEL}", hash = "sha256:${SHA256}" }]\n`,
    ],
    [
      'pylock.toml',
      (index, files) =>
        `lock-version = "1.0"\n[[packages]]\nname = "demo"\nversion = "1.0"\nindex = "${index}"\nwheels = [{ name = "${WHEEL}", url = "${files}/${WHEEL}", hashes = { sha256 = "${SHA256}" } }]\n`,
    ],
    [
      'pdm.lock',
      (_index, files) =>
        `[metadata]\nlock_version = "4.5.0"\nstrategy = ["static_urls"]\n[[package]]\nname = "demo"\nversion = "1.0"\nfiles = [{ url = "${files}/${WHEEL}", hash = "sha256:${SHA256}" }]\n`,
    ],
    [
      'Pipfile.lock',
      (index) =>
        JSON.stringify({
          _meta: { sources: [{ name: 'main', url: index, verify_ssl: true }] },
          default: { demo: { hashes: [`sha256:${SHA256}`], index: 'main', version: '==1.0' } },
        }),
    ],
    ['requirements.txt', (index) => `--index-url ${index}\ndemo==1.0 --hash=sha256:${SHA256}\n`],
  ];
/** Those that say where each file lies. */
const WITH_URLS = ['uv.lock', 'pylock.toml', 'pdm.lock'];

describe('where a lock takes releases from', () => {
  let folder: string;
  let policy: AuditPolicy;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-locks-'));
    policy = new AuditPolicy(await loadOwnPolicy(undefined), Date.now(), NOTHING_KNOWN.feed);
  });
  after(() => rm(folder, { recursive: true }));

  async function others(name: string, text: string, ours = OURS): Promise<string[]> {
    const file = join(folder, name);
    await writeFile(file, text);
    return auditLock(await readLock(file), policy, ours)
      .findings.filter(({ code }) => code === 'other-index')
      .map(({ detail, level }) => `${level}: ${detail}`);
  }

  for (const [name, text] of LOCKS) {
    it(`is named by ${name} where it is another index`, async () => {
      const found = await others(
        name,
        text('https://pypi.org/simple', 'https://files.example.net'),
      );
      assert.equal(found.length, 1);
      assert.match(
        found[0]!,
        /^note: demo is locked from https:\/\/(pypi\.org|files\.example\.net)/,
      );
    });

    it(`is no finding in ${name} where it is ours`, async () => {
      assert.deepEqual(await others(name, text(OURS, 'https://gate.example.com/files/demo')), []);
    });
  }

  for (const [name, text] of LOCKS.filter(([known]) => WITH_URLS.includes(known)))
    it(`is where the files of ${name} lie, though the index is ours: clients go by these`, async () => {
      const [found] = await others(name, text(OURS, 'https://files.example.net/packages'));
      assert.match(found!, /demo is locked from https:\/\/files\.example\.net\//);
    });

  it('is ours by each name that this machine has for itself, and not by another port', async () => {
    const from = (index: string, ours: string) =>
      others('requirements.txt', `-i ${index}/simple\ndemo==1.0\n`, ours);
    const names = ['localhost', '127.0.0.1', '127.1.2.3', '[::1]', '0.0.0.0', '[::]'];
    for (const name of names) {
      assert.deepEqual(await from(`http://${name}:8080`, 'http://127.0.0.1:8080'), [], name);
      assert.deepEqual(await from('http://localhost:8080', `http://${name}:8080`), [], name);
      assert.equal((await from(`http://${name}:8081`, 'http://127.0.0.1:8080')).length, 1, name);
    }
    assert.deepEqual(await from('http://localhost', 'http://127.0.0.1:80'), []);
    for (const other of ['128.0.0.1', 'localhost.example.com', '127.0.0.1.example.com'])
      assert.equal((await from(`http://${other}:80`, 'http://localhost:80')).length, 1, other);
  });

  it('is the last index of requirements with all that they include, whatever the order', async () => {
    await writeFile(join(folder, 'base.in'), 'other==2.0\n-i https://pypi.org/simple\n');
    const found = await others('requirements.txt', `-i ${OURS}\ndemo==1.0\n-r base.in\n`);
    assert.deepEqual(found.length, 1);
    assert.match(found[0]!, /2 releases are locked from https:\/\/pypi\.org\/simple/);
  });

  it('is not the index where a requirement names its file', async () => {
    const text = `-i https://pypi.org/simple\ndemo @ ${OURS}${WHEEL}\n`;
    assert.deepEqual(await others('requirements.txt', text), []);
  });

  it('may be a further index or a page of links as well', async () => {
    const text = `-i ${OURS}\n--extra-index-url https://u:secret@b.example.com/simple\n-f https://c.example.com/\n-f ./wheels\n-f ${OURS}\ndemo==1.0\n`;
    const found = await others('requirements.txt', text);
    assert.equal(found.length, 2);
    assert.match(
      found[0]!,
      /any release may also come from https:\/\/.*b\.example\.com\/simple instead/,
    );
    assert.match(found[1]!, /c\.example\.com/);
    assert.doesNotMatch(found.join(), /secret/);
  });
});
