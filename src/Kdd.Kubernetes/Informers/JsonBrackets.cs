using System.Numerics;
using System.Runtime.Intrinsics;

namespace Kdd.Kubernetes.Informers;

/// <summary>
/// Finds where a JSON object or array ends without reading what is in it, 64 bytes at a time, as simdjson does (Langdale, Lemire:
/// Parsing Gigabytes of JSON per Second, sections 3.1 and 3.2). A byte is a bit in a word here, the first byte the lowest bit.
/// </summary>
internal static class JsonBrackets
{
    private const int BlockSize = 64;

    /// <summary>
    /// Where the bracket is that closes what stands open at the start of <paramref name="json"/>; -1 when it is not there.
    /// Braces and square brackets are counted as one: whether they match is for a parser to say.
    /// </summary>
    public static int IndexOfClose(ReadOnlySpan<byte> json)
    {
        Span<byte> tail = stackalloc byte[BlockSize];
        var strings = new StringMask();
        int depth = 1;
        for (int at = 0; at < json.Length; at += BlockSize)
        {
            if (json.Length - at < BlockSize)
            {
                tail.Clear();
                json[at..].CopyTo(tail);
            }

            Vector512<byte> block = Vector512.Create<byte>(json.Length - at < BlockSize ? tail : json.Slice(at, BlockSize));
            ulong outside = ~strings.Next(Where(block, '"'), Where(block, '\\'));

            // '[' and ']' differ from '{' and '}' in this bit alone.
            Vector512<byte> folded = block | Vector512.Create((byte)0x20);
            ulong opens = Where(folded, '{') & outside;
            ulong closes = Where(folded, '}') & outside;
            int closed = BitOperations.PopCount(closes);
            if (closed >= depth && IndexOfClose(opens, closes, depth) is >= 0 and var index)
            {
                return at + index;
            }

            depth += BitOperations.PopCount(opens) - closed;
        }

        return -1;
    }

    private static ulong Where(Vector512<byte> block, char ascii) => Vector512.Equals(block, Vector512.Create((byte)ascii)).ExtractMostSignificantBits();

    private static int IndexOfClose(ulong opens, ulong closes, int depth)
    {
        for (int closed = 1; closes != 0; closed++)
        {
            int index = BitOperations.TrailingZeroCount(closes);
            if (depth + BitOperations.PopCount(opens & ((1UL << index) - 1)) == closed)
            {
                return index;
            }

            closes &= closes - 1;
        }

        return -1;
    }

    /// <summary>Which bytes lie in strings, block after block.</summary>
    private struct StringMask
    {
        private const ulong OddBits = 0xAAAA_AAAA_AAAA_AAAA;

        /// <summary>All ones when a string goes on into the next block.</summary>
        private ulong _inString;

        /// <summary>1 when the next block's first byte is escaped.</summary>
        private ulong _escaped;

        /// <returns>A bit for each byte of a string and its opening quote; its closing quote has none.</returns>
        public ulong Next(ulong quotes, ulong backslashes)
        {
            ulong mask = PrefixXor(quotes & ~Escaped(backslashes)) ^ _inString;
            _inString = (ulong)((long)mask >> (BlockSize - 1));
            return mask;
        }

        /// <summary>
        /// Bytes after an odd number of backslashes. Subtracting the backslashes that begin a run from their successors carries through
        /// the run: it ends on an odd bit or an even one, as it is long.
        /// </summary>
        private ulong Escaped(ulong backslashes)
        {
            if ((backslashes | _escaped) == 0)
            {
                return 0;
            }

            ulong starts = backslashes & ~_escaped;
            ulong codes = (((starts << 1) | OddBits) - starts) ^ OddBits;
            ulong escaped = codes ^ (backslashes | _escaped);
            _escaped = (codes & backslashes) >> (BlockSize - 1);
            return escaped;
        }

        /// <summary>Each bit becomes the parity of the bits up to it: ones from an opening quote to before its closing one.</summary>
        private static ulong PrefixXor(ulong bits)
        {
            bits ^= bits << 1;
            bits ^= bits << 2;
            bits ^= bits << 4;
            bits ^= bits << 8;
            bits ^= bits << 16;
            bits ^= bits << 32;
            return bits;
        }
    }
}
