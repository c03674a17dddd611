import { Digests } from '../archive/content.js';
import type { ByteSource } from '../byte-source.js';
import type { InspectionLimits } from '../limits.js';
import { readExtraFields } from '../zip/extra-fields.js';
import { readContent } from '../zip/inflate.js';
import { DEFLATED, STORED, type ZipMember } from '../zip/zip-members.js';
import type { ContentProofs } from './content-proofs.js';

const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
/** Flags that are irrelevant to sizes or encryption: compression effort and UTF-8 names. */
const PLAIN_FLAGS = 0x0806;

/**
 * Reads the members of a zip in the order of their arrival, as its local headers list them, and notes each content.
 * Stops at a header that it does not support, or a content that contradicts its header: the inspection of the complete
 * file decides whether that is valid.
 */
export async function proveZip(
  source: ByteSource,
  limits: InspectionLimits,
  proofs: ContentProofs,
): Promise<void> {
  let inflated = 0;
  for (let at = 0; proofs.count < limits.members; ) {
    const member = await readLocal(source, at);
    if (member === undefined) return;
    at = member.dataAt + member.compressed;
    inflated += member.inflated;
    if (inflated > limits.inflatedBytes) return;
    if (inflated > limits.ratioFloorBytes && inflated > limits.ratio * at) return;
    if (!member.isFolder) {
      const digests = new Digests();
      await readContent(source, member, [digests], () => {});
      proofs.add(member, digests.finish().sha256);
    }
  }
}

/** Undefined at the end of the members, and if sizes follow later or the content is unreadable. */
async function readLocal(source: ByteSource, at: number): Promise<ZipMember | undefined> {
  await source.arrived?.(at + LOCAL_SIZE);
  const header = source.read(at, LOCAL_SIZE);
  const flags = header.readUInt16LE(6);
  const method = header.readUInt16LE(8);
  if (header.readUInt32LE(0) !== LOCAL || (flags & ~PLAIN_FLAGS) !== 0) return undefined;
  if (method !== STORED && method !== DEFLATED) return undefined;
  const nameLength = header.readUInt16LE(26);
  const length = nameLength + header.readUInt16LE(28);
  const dataAt = at + LOCAL_SIZE + length;
  await source.arrived?.(dataAt);
  const rest = source.read(at + LOCAL_SIZE, length);
  const path = rest.toString('latin1', 0, nameLength);
  const sizes = readExtraFields(rest, nameLength, length, path, {
    compressed: header.readUInt32LE(18),
    inflated: header.readUInt32LE(22),
  });
  return {
    path,
    isFolder: path.endsWith('/'),
    method,
    crc: header.readUInt32LE(14),
    compressed: sizes.compressed,
    inflated: sizes.inflated,
    dataAt,
    hasDescriptor: false,
  };
}
