using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Kdd.Operator.Streaming;

/// <summary>
/// Writes log bytes into a JSON string. Escapes the control characters, the quote and the backslash, and nothing else: no
/// byte of a log can then end the string, the line or the frame. Invalid UTF-8 becomes U+FFFD.
/// </summary>
internal static class JsonText
{
    /// <summary>Most bytes that one byte becomes: <c>\u001b</c>.</summary>
    public const int MaxExpansion = 6;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private static ReadOnlySpan<byte> Hex => "0123456789abcdef"u8;

    /// <summary>Returns the bytes written; <paramref name="target"/> must hold <see cref="MaxExpansion"/> times the text.</summary>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> target)
        => Utf8.IsValid(text) ? WriteValid(text, target) : WriteInvalid(text, target);

    /// <summary>Undoes <see cref="Write"/>; returns the bytes written.</summary>
    public static int Unescape(ReadOnlySpan<byte> json, Span<byte> target)
    {
        int written = 0;
        while (true)
        {
            int next = json.IndexOf((byte)'\\');
            ReadOnlySpan<byte> plain = next < 0 ? json : json[..next];
            plain.CopyTo(target[written..]);
            written += plain.Length;
            if (next < 0)
            {
                return written;
            }

            byte kind = json[next + 1];
            target[written++] = kind switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'u' => (byte)((HexValue(json[next + 4]) << 4) | HexValue(json[next + 5])),
                _ => kind,
            };
            json = json[(next + (kind == 'u' ? 6 : 2))..];
        }
    }

    private static int WriteValid(ReadOnlySpan<byte> text, Span<byte> target)
    {
        int written = 0;
        while (true)
        {
            int next = text.IndexOfAny(Escaped);
            ReadOnlySpan<byte> plain = next < 0 ? text : text[..next];
            plain.CopyTo(target[written..]);
            written += plain.Length;
            if (next < 0)
            {
                return written;
            }

            written += Escape(text[next], target[written..]);
            text = text[(next + 1)..];
        }
    }

    private static int WriteInvalid(ReadOnlySpan<byte> text, Span<byte> target)
    {
        int written = 0;
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text, out Rune rune, out int consumed);
            written += status == OperationStatus.Done && rune.IsAscii
                ? WriteValid(text[..consumed], target[written..])
                : rune.EncodeToUtf8(target[written..]);
            text = text[consumed..];
        }

        return written;
    }

    private static int Escape(byte value, Span<byte> target)
    {
        target[0] = (byte)'\\';
        byte letter = value switch
        {
            (byte)'"' or (byte)'\\' => value,
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => (byte)'u',
        };
        target[1] = letter;
        if (letter != 'u')
        {
            return 2;
        }

        target[2] = target[3] = (byte)'0';
        target[4] = Hex[value >> 4];
        target[5] = Hex[value & 0xF];
        return 6;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : digit - 'a' + 10;
}
