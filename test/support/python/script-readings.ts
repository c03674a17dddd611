import { type Python, runPython } from './pythons.js';

/** The script names that one reader finds in an `entry_points.txt`, sorted; undefined if it fails. */
export type ScriptReading = readonly string[] | undefined;

const PROGRAM = `
import configparser, importlib.metadata, json, re, sys
from pip._vendor.distlib.util import get_export_entry
try:
    from pip._vendor import pkg_resources
except ImportError:
    pkg_resources = None

GROUPS = ("console_scripts", "gui_scripts")

def written(entries):
    # As pip: one specification an entry, of which distlib takes what looks like one.
    names = set()
    for name, value in entries:
        entry = get_export_entry(f"{name} = {value}")
        if entry is None:
            continue
        if entry.suffix is None:
            raise ValueError("no function")
        names.add(entry.name)
    return names

class Wheel(importlib.metadata.Distribution):
    def __init__(self, text):
        self.text = text
    def read_text(self, name):
        return self.text if name == "entry_points.txt" else None
    def locate_file(self, path):
        raise NotImplementedError

def importlib_metadata(text):
    found = {}
    for entry in Wheel(text).entry_points:
        if entry.group in GROUPS:
            found[entry.group, entry.name] = entry.value
    return written((name, value) for (_, name), value in found.items())

def resources(text):
    entries = pkg_resources.EntryPoint.parse_map(text)
    specs = [str(entry).partition("=") for group in GROUPS for entry in entries.get(group, {}).values()]
    return written((name.strip(), value.strip()) for name, _, value in specs)

VALUE = re.compile(r"[\\w.]+\\s*:\\s*[\\w.]+\\s*(\\[.*\\])?\\s*$")

def installer(text):
    config = configparser.ConfigParser(delimiters="=")
    config.optionxform = str
    config.read_string(text)
    names = set()
    for group in config.sections():
        for name, value in config.items(group) if group in GROUPS else ():
            if not VALUE.match(value):
                raise ValueError(value)
            names.add(name)
    return names

def uv(text):
    # The configparser of Rust, as far as it matters here.
    names, group = set(), "default"
    for raw in re.split("\\r?\\n", text):
        line = re.split("[#;]", raw)[0].strip()
        if line.startswith("["):
            group = line[1:line.rindex("]")].strip()
        elif line and group in GROUPS:
            name, value = re.split("[=:]", line, maxsplit=1)
            if not VALUE.match(value.strip()):
                raise ValueError(value)
            names.add(name.strip())
    return names

READERS = [importlib_metadata, installer, uv] + ([resources] if pkg_resources else [])

def read(reader, text):
    try:
        return sorted(reader(text))
    except Exception:
        return None

print(json.dumps([[read(reader, text) for reader in READERS] for text in json.load(sys.stdin)]))
`;

/** The reading of each text by each reader: pip with importlib.metadata and pkg_resources, installer, uv. */
export function readScriptsWithPython(python: Python, texts: readonly string[]): ScriptReading[][] {
  const readings = runPython(python, PROGRAM, texts) as (string[] | null)[][];
  return readings.map((each) => each.map((names) => names ?? undefined));
}
