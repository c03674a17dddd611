/** The right and the wrong uses of a command, beside the wrong ones that its definition shows. */
export interface Uses {
  /** Each option occurs in one of these. A process without an end of its own is ended by a signal. */
  readonly right: readonly (readonly string[])[];
  /** For each option with a value: values that are wrong, or that any text is right. */
  readonly values: Readonly<Record<string, readonly string[] | 'any text'>>;
  /** Wrong arguments, and options that exclude each other. */
  readonly wrong: readonly (readonly string[])[];
}

/** A file that is no folder, and a folder without anything in it. */
const FILE = 'notes.md';
const EMPTY = 'empty';
const NOWHERE = 'nowhere';

const CONFIG = ['broken.yaml', 'typo.yaml', NOWHERE, EMPTY];
const POLICIES = [NOWHERE, EMPTY, FILE, 'typo'];
const SERVERS = ['nonsense', 'ftp://127.0.0.1', 'http://127.0.0.1:9'];
const DATA = [NOWHERE, FILE];
const LISTEN = ['nonsense', '127.0.0.1', '127.0.0.1:99999', ':8080', '203.0.113.1:8080'];

/** By the names of the command, without the program's. @param server a running Wheelgate */
export function usesOf(server: string): Readonly<Record<string, Uses>> {
  const at = ['--server', server];
  const ours = ['--owner', 'platform', '--reason', 'read by us'];
  const newFile = ['.hidden.yaml', 'waivers.txt', `${NOWHERE}/waivers.yaml`, 'typo/more.yaml'];
  return {
    serve: {
      right: [
        ['--listen', '127.0.0.1:0', '--upstream', 'http://127.0.0.1:9/simple/', '--data', 'new'],
        ['--listen', '127.0.0.1:0', '--config', 'right.yaml', '--policies', 'policies'],
        ['--listen', '127.0.0.1:0', '--workers', '2', '--data', 'new'],
        ['--listen', '127.0.0.1:0', '--s3', S3, '--redis', 'redis://127.0.0.1:9', '--data', 'new'],
      ],
      values: {
        '--config': CONFIG,
        '--listen': LISTEN,
        '--upstream': ['nonsense', 'ftp://127.0.0.1/simple/', 'http://a:b@127.0.0.1/simple/'],
        '--policies': POLICIES,
        '--data': [FILE],
        '--workers': ['0', '-1', 'two', '1.5'],
        '--redis': ['nonsense', 'http://127.0.0.1:6379'],
        '--s3': ['nonsense', 'https://127.0.0.1/bucket', 's3://'],
      },
      wrong: [],
    },
    check: {
      right: [
        ['policies', '--config', 'right.yaml'],
        ['policies', '--against', 'data', '--json'],
        // A policy that is not valid is a result.
        ['typo'],
        [EMPTY],
      ],
      values: { '--config': CONFIG, '--against': [NOWHERE, EMPTY] },
      wrong: [[NOWHERE]],
    },
    inspect: {
      right: [
        ['honest-1.0-py3-none-any.whl', '--policies', 'policies'],
        ['hooked-1.0-py3-none-any.whl', '--json'],
        // A file that is not an archive is refused.
        [FILE],
      ],
      values: { '--policies': POLICIES },
      wrong: [[NOWHERE], [EMPTY], ['honest-1.0-py3-none-any.whl', NOWHERE]],
    },
    explain: {
      right: [
        ['honest', ...at],
        ['hooked==1.0', ...at, '--policies', 'policies', '--json'],
      ],
      values: { '--server': SERVERS, '--policies': POLICIES },
      wrong: [
        ['!'],
        ['honest==x==y', ...at],
        ['honest==9', ...at],
        ['missing', ...at],
        ['', ...at],
      ],
    },
    waive: {
      right: [
        ['hooked==1.0', ...at, ...ours, '--rule', 'startup-hook', '--expires', TOMORROW],
        ['hooked==1.0', ...at, ...ours, '--write', 'written/waivers.yaml'],
      ],
      values: {
        '--rule': ['nonsense', 'sdist'],
        '--owner': ['', ' '],
        '--reason': ['', '\n'],
        '--expires': ['soon', '2020-01-01', '2099-02-30', '2099-01-01'],
        '--write': newFile,
        '--server': SERVERS,
      },
      wrong: [
        ['hooked', ...at, ...ours],
        ['hooked>=1.0', ...at, ...ours],
        ['hooked==9', ...at, ...ours],
        ['honest==1.0', ...at, ...ours],
        ['hooked==1.0', ...at],
        [`${server}/nonsense`, ...ours],
        [`${server}/w/0123456789`, ...ours],
      ],
    },
    approve: {
      right: [
        ['hooked==1.0', ...at, ...ours],
        ['hooked==1.0', ...at, ...ours, '--write', 'written/hooks.yaml'],
      ],
      values: {
        '--owner': ['', ' '],
        '--reason': ['', '\n'],
        '--write': newFile,
        '--server': SERVERS,
      },
      wrong: [
        ['hooked', ...at, ...ours],
        ['hooked==9', ...at, ...ours],
        ['honest==1.0', ...at, ...ours],
        ['denied==1.0', ...at, ...ours],
        ['hooked==1.0', ...at],
        [`${server}/nonsense`, ...ours],
      ],
    },
    exposure: {
      right: [
        ['honest', ...at, '--since', '2020-01-01', '--refused'],
        ['honest==1.0', '--log', 'data', '--json'],
        ['--sha256', '0'.repeat(64), '--log', 'data', '--csv'],
      ],
      values: {
        '--sha256': ['12', 'g'.repeat(64)],
        '--since': ['soon', '2026-02-30', '2099-01-01', '99999', ''],
        '--server': SERVERS,
        '--log': [NOWHERE, EMPTY, FILE],
      },
      wrong: [
        ['!', ...at],
        ['honest==x==y', ...at],
        ['honest', '--log', 'data', ...at],
        ['honest', '--log', 'data', '--json', '--csv'],
      ],
    },
    'feed sync': {
      right: [
        ['--url', 'feed', '--data', 'new'],
        ['--url', 'feed', '--config', 'right.yaml', '--json'],
      ],
      values: {
        '--config': CONFIG,
        '--data': [FILE],
        '--url': [NOWHERE, EMPTY, 'none', 'ftp://127.0.0.1', 'http://', 'http://127.0.0.1:9'],
      },
      wrong: [],
    },
    'notify test': {
      right: [
        ['--config', 'right.yaml'],
        ['--config', 'right.yaml', '--json'],
      ],
      values: { '--config': CONFIG },
      // Without a webhook.
      wrong: [[]],
    },
    audit: {
      right: [
        ['requirements.txt', '--policies', 'policies', '--data', 'data', '--format', 'markdown'],
        ['requirements.txt', '--base', 'requirements.txt', '--index', server, '--json'],
        ['environment', '--format', 'sarif'],
      ],
      values: {
        '--policies': POLICIES,
        '--data': DATA,
        '--base': [NOWHERE, `HEAD:${NOWHERE}`, EMPTY],
        '--format': ['xml'],
        '--index': ['nonsense', 'ftp://127.0.0.1'],
      },
      wrong: [
        // Without an environment.
        [],
        [NOWHERE],
        [EMPTY],
        [FILE],
        ['environment', '--base', 'requirements.txt'],
        ['requirements.txt', '--json', '--format', 'markdown'],
      ],
    },
    watch: {
      right: [
        ['environment', '--data', 'data', '--policies', 'policies', '--poll', '60'],
        ['environment', '--listen', '127.0.0.1:0', '--json'],
      ],
      values: {
        '--listen': LISTEN,
        '--data': DATA,
        '--policies': POLICIES,
        '--poll': ['0', '-1', 'often', '86401'],
      },
      wrong: [[NOWHERE], [EMPTY], [FILE]],
    },
    client: {
      right: [[], ['uv', '--malware-check', ...at, '--write'], ['pip', '--json']],
      values: { '--server': SERVERS.slice(0, 2) },
      wrong: [
        ['npm'],
        ['--write'],
        ['pip', '--malware-check'],
        ['hatch', '--write'],
        ['uv', '--write', '--json'],
      ],
    },
    token: {
      right: [
        ['ci', '--role', 'admin', '--expires', TOMORROW],
        ['ci', '--json'],
      ],
      values: {
        '--role': ['king'],
        '--expires': ['soon', '2020-01-01', '2099-02-30', '2099-01-01T00:00Z'],
      },
      wrong: [['a b'], [''], ['x'.repeat(101)]],
    },
    completion: { right: [['bash'], ['zsh'], ['fish']], values: {}, wrong: [['ksh']] },
  };
}

const TOMORROW = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
const S3 = 's3://bucket/prefix?endpoint=http://127.0.0.1:9&region=us-east-1';
