import type { Python } from './pythons.js';
import { runPython } from './pythons.js';

/** The files of an archive according to Python's zipfile or tarfile, with path and SHA-256, or the error's name. */
export type Listing = readonly (readonly [string, string])[] | string;

const PROGRAM = `
import base64, hashlib, io, json, sys, tarfile, zipfile

def list_zip(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [[info.filename, hashlib.sha256(archive.read(info)).hexdigest()]
                for info in archive.infolist() if not info.is_dir()]

def list_tar(content):
    with tarfile.open(fileobj=io.BytesIO(content), errorlevel=2) as archive:
        return [[member.name, hashlib.sha256(archive.extractfile(member).read()).hexdigest()]
                for member in archive if member.isfile()]

listings = []
for kind, content in json.load(sys.stdin):
    try:
        listings.append((list_zip if kind == "zip" else list_tar)(base64.b64decode(content)))
    except Exception as error:
        listings.append(type(error).__name__)
print(json.dumps(listings))
`;

/** Lists archives with Python's own modules. */
export function listArchives(
  python: Python,
  archives: readonly { readonly kind: 'zip' | 'tar'; readonly bytes: Buffer }[],
): Listing[] {
  const input = archives.map(({ kind, bytes }) => [kind, bytes.toString('base64')]);
  return runPython(python, PROGRAM, input) as Listing[];
}
