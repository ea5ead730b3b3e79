using System.Buffers;

namespace Kdd.Operator.Streaming;

/// <summary>Reads a response's body in pieces as large as what is there. One that waits for a quiet container holds no buffer.</summary>
/// <param name="isHttp1">
/// Over HTTP/1.1 a read that waits without a buffer first brings no more than HttpClient's own buffer of the connection; while a
/// container floods, reads go straight from the socket instead.
/// </param>
internal sealed class LogBody(Stream body, bool isHttp1) : IDisposable
{
    /// <summary>Large reads are a third of the CPU of small ones in a flood.</summary>
    private const int LargestRead = 128 << 10;

    /// <summary>HttpClient's buffer of an HTTP/1.1 connection.</summary>
    private const int ConnectionBuffer = 4 << 10;
    private const int Growth = 8;

    private byte[] _buffer = [];
    private int _size;

    /// <summary>The next bytes, valid until the next read; empty at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        if (_size == 0)
        {
            Return();
            _ = await body.ReadAsync(Memory<byte>.Empty, cancellationToken);
            _size = isHttp1 ? ConnectionBuffer : LargestRead;
        }

        if (_buffer.Length < _size)
        {
            Return();
            _buffer = ArrayPool<byte>.Shared.Rent(_size);
        }

        int read = await body.ReadAsync(_buffer.AsMemory(0, _size), cancellationToken);

        // What fills the buffer has more behind it, as far as one can tell.
        _size = !isHttp1 || read < ConnectionBuffer ? 0 : read == _size ? Math.Min(_size * Growth, LargestRead) : _size;
        return _buffer.AsMemory(0, read);
    }

    public void Dispose() => Return();

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }
}
