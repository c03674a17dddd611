import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { STANDARD_LIBRARY } from '../../src/inspection/standard-library.js';
import { findPythons, runPython } from '../support/python/pythons.js';

const PROGRAM = `
import json, os, sys, sysconfig
json.load(sys.stdin)
names = set(sys.builtin_module_names) | set(getattr(sys, "stdlib_module_names", ()))
folder = sysconfig.get_path("stdlib")
for name in os.listdir(folder):
    path = os.path.join(folder, name)
    if os.path.isdir(path) and os.path.exists(os.path.join(path, "__init__.py")):
        names.add(name)
    elif name.endswith(".py") and not name.startswith("_sysconfigdata"):
        names.add(name[:-3])
print(json.dumps(sorted(name for name in names if "." not in name and not name.endswith("customize"))))
`;

describe('the standard library', () => {
  for (const python of findPythons().filter(({ version }) => !/^3\.[0-7]$/.test(version)))
    it(`of Python ${python.version} is known by its names`, () => {
      const names = runPython(python, PROGRAM, [], {}) as string[];
      assert.deepEqual(
        names.filter((name) => !STANDARD_LIBRARY.has(name)),
        [],
      );
      assert.ok(names.length > 150);
    });

  it('has none of what projects bring', () => {
    for (const name of ['setuptools', 'pip', 'zope', 'google', 'mpl_toolkits', 'sitecustomize'])
      assert.ok(!STANDARD_LIBRARY.has(name), name);
  });
});
