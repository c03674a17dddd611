// Packs the package twice in two folders and compares the results byte by byte: node scripts/pack-twice.mjs FOLDER
// Only files in git are packed, with their present content, so stray files stay out. The tarball remains in FOLDER.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const target = process.argv[2];
if (target === undefined) throw new Error('name a folder for the package');
mkdirSync(target, { recursive: true });
const known = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0');
const scratch = mkdtempSync(join(tmpdir(), 'wheelgate-pack-'));

/** @returns the tarball's path */
function packIn(folder) {
  const tree = join(scratch, folder);
  for (const file of known.filter(Boolean)) cpSync(file, join(tree, file));
  symlinkSync(resolve('node_modules'), join(tree, 'node_modules'), 'junction');
  // On Windows npm is a script, which requires a shell.
  const shell = process.platform === 'win32';
  execFileSync('npm', ['pack', '--silent'], { cwd: tree, stdio: 'inherit', shell });
  return join(
    tree,
    readdirSync(tree).find((name) => name.endsWith('.tgz')),
  );
}

try {
  const [one, other] = ['one', 'another/folder'].map(packIn);
  if (!readFileSync(one).equals(readFileSync(other))) throw new Error('the two packages differ');
  cpSync(one, join(target, basename(one)));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
