using System.Buffers;
using System.IO.Pipelines;

namespace Kdd.Kubernetes.Informers;

/// <summary>The lines of a watch as UTF-8 bytes, with a watchdog: a server that lives sends at least a bookmark a minute.</summary>
internal sealed class WatchLines : IAsyncDisposable
{
    /// <summary>etcd refuses objects over 1.5 MiB; more than this without a newline is no watch.</summary>
    private const int MaxLine = 16 * 1024 * 1024;

    /// <summary>Most objects lie whole in one buffer then and need no copy; an idle watch holds none.</summary>
    private const int BufferSize = 64 * 1024;

    private readonly PipeReader _pipe;
    private readonly CancellationTokenSource _watchdog;
    private readonly TimeSpan _silence;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _either;
    private ReadOnlySequence<byte> _rest;
    private bool _started;
    private bool _ended;

    public WatchLines(Stream body, TimeSpan silence, TimeProvider timeProvider, CancellationToken stop)
    {
        _pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: BufferSize, useZeroByteReads: true));
        _silence = silence;
        _stop = stop;
        _watchdog = new CancellationTokenSource(silence, timeProvider);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_watchdog.Token, stop);
    }

    /// <summary>
    /// The next whole line, valid until the next call; null at a clean end. Half a line before the end or a cut is not
    /// a line: it is sent again when the watch resumes.
    /// </summary>
    /// <exception cref="WatchStalledException">No byte came for the given time.</exception>
    public async ValueTask<ReadOnlySequence<byte>?> ReadAsync()
    {
        while (true)
        {
            if (_rest.PositionOf((byte)'\n') is { } newline)
            {
                ReadOnlySequence<byte> line = _rest.Slice(0, newline);
                _rest = _rest.Slice(_rest.GetPosition(1, newline));
                return line;
            }

            if (_ended)
            {
                return null;
            }

            if (_rest.Length > MaxLine)
            {
                throw new System.Text.Json.JsonException($"a watch line is over {MaxLine} bytes long");
            }

            await FillAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.CompleteAsync().ConfigureAwait(false);
        _either.Dispose();
        _watchdog.Dispose();
    }

    private async ValueTask FillAsync()
    {
        if (_started)
        {
            _pipe.AdvanceTo(_rest.Start, _rest.End);
        }

        try
        {
            ReadResult read = await _pipe.ReadAsync(_either.Token).ConfigureAwait(false);
            (_rest, _ended, _started) = (read.Buffer, read.IsCompleted, true);
            _watchdog.CancelAfter(_silence);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new WatchStalledException(_silence);
        }
    }

}

/// <summary>A watch whose connection stands but that has been silent for longer than bookmarks allow.</summary>
internal sealed class WatchStalledException(TimeSpan silence) : Exception($"no byte in {silence.TotalSeconds:0} s");
