const quote = 34;
const backslash = 92;
const space = 32;
const tab = 9;

/**
 * Copies what a JSON string says, from after its opening quote, into `target`; where it ended in both is in
 * {@link copied}. False where that takes more than copying: line feeds, control characters and what no string may hold,
 * or where source or target end before the string does. UTF-8 goes over as it is, if it is UTF-8.
 */
export function copyString(source: Uint8Array, from: number, target: Uint8Array, at: number, limit: number): boolean {
  const { length } = source;
  let next = from;
  let to = at;
  while (next < length && to < limit) {
    let byte = source[next++]!;
    if (byte === quote) {
      copied.source = next;
      copied.target = to;
      return true;
    }
    if (byte < space) return false;
    if (byte === backslash) {
      byte = unescaped(source[next++]);
      if (byte === 0) return false;
    } else if (byte >= 0x80) {
      const end = next - 1 + sequenceLength(source, next - 1);
      if (end < next || end > length || to + (end - next) >= limit) return false;
      for (; next < end; byte = source[next++]!) target[to++] = byte;
    }
    target[to++] = byte;
  }
  return false;
}

/** Where the last string that was copied ended: after its closing quote, and after its text. */
export const copied = { source: 0, target: 0 };

/** The byte that a short escape stands for, 0 for every other. */
function unescaped(kind: number | undefined): number {
  if (kind === quote || kind === backslash || kind === 47) return kind;
  return kind === 116 ? tab : 0;
}

/** Bytes of the character that begins here; 0 for a C1 control character and for what is no UTF-8. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const second = bytes[at + 1] ?? 0;
  if (!follows(second)) return 0;
  // The least second byte rules out longer forms of shorter ones, and C1; the greatest surrogates, and what lies beyond Unicode.
  if (first < 0xe0) return first > 0xc2 || (first === 0xc2 && second >= 0xa0) ? 2 : 0;
  if (!follows(bytes[at + 2])) return 0;
  if (first < 0xf0) return (first > 0xe0 || second >= 0xa0) && (first !== 0xed || second < 0xa0) ? 3 : 0;
  if (!follows(bytes[at + 3]) || first > 0xf4) return 0;
  return (first > 0xf0 || second >= 0x90) && (first < 0xf4 || second < 0x90) ? 4 : 0;
}

function follows(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
