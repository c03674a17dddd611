import { buildSdist, type Distribution } from './distributions.js';

/**
 * An sdist with its own build backend, so its build needs nothing else. Even a request for metadata leaves a file
 * behind.
 * @param marker the file's path
 */
export function buildingSdist(name: string, version: string, marker: string): Distribution {
  const backend = `
import base64, hashlib, os, zipfile
open(${JSON.stringify(marker)}, 'a').write('${name} ${version}\\n')
INFO = '${name}-${version}.dist-info'
FILES = {
    '${name}/__init__.py': '',
    INFO + '/METADATA': 'Metadata-Version: 2.1\\nName: ${name}\\nVersion: ${version}\\n',
    INFO + '/WHEEL': 'Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
}
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.makedirs(os.path.join(folder, INFO))
    for path, text in FILES.items():
        if path.startswith(INFO):
            open(os.path.join(folder, path), 'w').write(text)
    return INFO
def build_wheel(folder, config_settings=None, metadata_directory=None):
    filename = '${name}-${version}-py3-none-any.whl'
    rows = ''
    with zipfile.ZipFile(os.path.join(folder, filename), 'w') as archive:
        for path, text in FILES.items():
            archive.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()
            rows += f'{path},sha256={digest},{len(text)}\\n'
        archive.writestr(INFO + '/RECORD', rows + INFO + '/RECORD,,\\n')
    return filename
`;
  return buildSdist({
    name,
    version,
    files: {
      'setup.py': '',
      'own_backend.py': backend,
      'pyproject.toml':
        '[build-system]\nrequires = []\nbuild-backend = "own_backend"\nbackend-path = ["."]\n',
    },
  });
}
