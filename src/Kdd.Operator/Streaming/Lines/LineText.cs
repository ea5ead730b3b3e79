using System.Text;

namespace Kdd.Operator.Streaming;

/// <summary>
/// A message as characters, made at most once a line in a buffer that is used again: neither regular expressions nor
/// case-insensitive search have a form for bytes, and transcoding costs 27 ns.
/// </summary>
internal sealed class LineText
{
    private const int LeastLength = 512;

    private char[] _characters = [];
    private int _length = -1;

    /// <summary>The next line's text is not known yet.</summary>
    public void Reset() => _length = -1;

    public ReadOnlySpan<char> Of(ReadOnlySpan<byte> message)
    {
        if (_length < 0)
        {
            int most = Encoding.UTF8.GetMaxCharCount(message.Length);
            if (_characters.Length < most)
            {
                _characters = new char[Math.Max(most, LeastLength)];
            }

            _length = Encoding.UTF8.GetChars(message, _characters);
        }

        return _characters.AsSpan(0, _length);
    }
}
