using System.Security.Cryptography;
using System.Text;

namespace Kdd.Api.Wire;

/// <summary>
/// A position in a stream: the SSE <c>id</c>, <c>epoch.seq.watermark.source.instance.time.n</c> in base 36, at most
/// <see cref="MaxLength"/> bytes. A server reads all of it; a client hands back the whole and may compare the last four.
/// </summary>
/// <param name="Epoch">The operator process that issued it; a new one at each start.</param>
/// <param name="Sequence">Position in the session's buffer; meaningful within its epoch only.</param>
/// <param name="Watermark">Unix time in ns up to which everything that any source wrote had been sent.</param>
/// <param name="Source">The container: <see cref="SourceOf"/>; 0 where the event is of no container.</param>
/// <param name="Instance">Restart count of the container.</param>
/// <param name="Time">The line's own timestamp, Unix ns.</param>
/// <param name="N">Position, from 0, among consecutive lines of the instance with the same time.</param>
public readonly record struct StreamCursor(ulong Epoch, long Sequence, long Watermark, ulong Source, int Instance, long Time, int N)
{
    public const int MaxLength = 80;

    private const int Fields = 7;

    /// <summary>First 48 bits of SHA-256 of <c>uid/container</c>.</summary>
    public static ulong SourceOf(string podUid, string container)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{podUid}/{container}"), hash);
        ulong source = 0;
        for (int i = 0; i < 6; i++)
        {
            source = (source << 8) | hash[i];
        }

        return source;
    }

    /// <summary>Writes the cursor as ASCII and returns its length; <paramref name="target"/> must hold <see cref="MaxLength"/> bytes.</summary>
    public int Format(Span<byte> target)
    {
        int at = Base36.Write(Epoch, target);
        at = Append(target, at, (ulong)Sequence);
        at = Append(target, at, (ulong)Watermark);
        at = Append(target, at, Source);
        at = Append(target, at, (ulong)Instance);
        at = Append(target, at, (ulong)Time);
        return Append(target, at, (ulong)N);
    }

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxLength + (Fields * Base36.MaxDigits)];
        return Encoding.ASCII.GetString(text[..Format(text)]);
    }

    public static bool TryParse(ReadOnlySpan<char> text, out StreamCursor cursor)
    {
        cursor = default;
        Span<ulong> fields = stackalloc ulong[Fields];
        int field = 0;
        if (text.Length > MaxLength)
        {
            return false;
        }

        foreach (Range part in text.Split('.'))
        {
            if (field == Fields || !Base36.TryParse(text[part], out fields[field]))
            {
                return false;
            }

            field++;
        }

        if (field != Fields || fields[1] > long.MaxValue || fields[2] > long.MaxValue || fields[4] > int.MaxValue
            || fields[5] > long.MaxValue || fields[6] > int.MaxValue || fields[3] >= 1UL << 48)
        {
            return false;
        }

        cursor = new StreamCursor(
            fields[0], (long)fields[1], (long)fields[2], fields[3], (int)fields[4], (long)fields[5], (int)fields[6]);
        return true;
    }

    private static int Append(Span<byte> target, int at, ulong value)
    {
        target[at++] = (byte)'.';
        return at + Base36.Write(value, target[at..]);
    }
}
