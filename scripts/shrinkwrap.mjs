// Creates npm-shrinkwrap.json from package-lock.json for the package's users: the same versions and digests, without
// development dependencies. `npm pack` creates it and removes it again, because npm would use it instead of
// package-lock.json.
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
