// What the package's users get of package-lock.json, as npm-shrinkwrap.json: the same versions and digests, without what only
// developers need. `npm pack` makes it and takes it away again: beside a package-lock.json npm would heed it alone.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const SHRINKWRAP = 'npm-shrinkwrap.json';

if (process.argv[2] === '--remove') {
  rmSync(SHRINKWRAP, { force: true });
} else {
  const { packages, ...lock } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const { '': root, ...others } = packages;
  const { devDependencies: _, ...own } = root;
  const shipped = Object.entries(others).filter(([, { dev }]) => !dev);
  const content = { ...lock, packages: { '': own, ...Object.fromEntries(shipped) } };
  writeFileSync(SHRINKWRAP, `${JSON.stringify(content, null, 2)}\n`);
}
