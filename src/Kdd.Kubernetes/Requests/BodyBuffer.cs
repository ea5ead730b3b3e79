using System.Buffers;

namespace Kdd.Kubernetes;

/// <summary>
/// Holds one answer's body after the other in the same pooled memory. A list is read page after page, some MiB each: an array of
/// its own for each is more work for the collector than the parsing.
/// </summary>
internal sealed class BodyBuffer : IDisposable
{
    private const int LeastFree = 64 * 1024;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>The last body read; valid until the next.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public async Task ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        _length = 0;
        while (true)
        {
            if (_bytes.Length - _length < LeastFree)
            {
                Grow();
            }

            int read = await body.ReadAsync(_bytes.AsMemory(_length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            _length += read;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _length) = ([], 0);
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _bytes.Length, 4 * LeastFree));
        Bytes.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
