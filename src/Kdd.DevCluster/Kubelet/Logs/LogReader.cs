using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>
/// Serves the log of one container instance as the kubelet does (k8s.io/cri-client/pkg/logs): the current file only, tail before
/// since, pieces of a line joined with one timestamp, and with follow the lines to come until the container ends.
/// </summary>
internal sealed class LogReader(
    ContainerLog log, PodLogOptions options, LogSettings settings, KubeletGate gate, TimeProvider timeProvider)
{
    private const int FlushThreshold = 64 * 1024;

    private long _remaining = options.LimitBytes ?? long.MaxValue;
    private long _records = options is { TailLines: { } tail, Follow: false } ? tail : long.MaxValue;
    private bool _isNewLine = true;

    /// <summary>
    /// Writes the log to <paramref name="output"/> until its end. Cancelling <paramref name="stopping"/> (the kubelet stops) is an
    /// ordinary end; cancelling <paramref name="cancellationToken"/> (the reader went away) throws.
    /// </summary>
    public async Task CopyToAsync(PipeWriter output, CancellationToken stopping, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        bool live = !log.IsComplete;
        var file = log.OpenCurrent(out int generation);
        if (file is null)
        {
            return;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            long position = options.TailLines is { } lines ? TailStart.Find(file, lines) : 0;
            while (true)
            {
                await WaitWhileFrozenAsync(either.Token);
                long version = log.Version;
                int current = log.Generation;
                bool complete = log.IsComplete;
                (position, buffer) = await CopyFileAsync(file, position, buffer, output, stopping, cancellationToken);
                if (!options.Follow || _remaining == 0 || _records == 0 || stopping.IsCancellationRequested)
                {
                    return;
                }
                if (current != generation)
                {
                    // Everything up to the end of the old file is sent; more than one rotation behind, the files between are lost.
                    file.Dispose();
                    file = log.OpenCurrent(out generation);
                    position = 0;
                    if (file is null)
                    {
                        return;
                    }
                    continue;
                }
                if (complete)
                {
                    if (live)
                    {
                        await Task.Delay(settings.EndDelay, timeProvider, either.Token);
                    }
                    return;
                }
                await log.WaitForChangeAsync(version, either.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            file?.Dispose();
        }
    }

    private Task WaitWhileFrozenAsync(CancellationToken cancellationToken) =>
        gate.Mode == KubeletMode.Frozen ? gate.WaitOpenAsync(cancellationToken) : Task.CompletedTask;

    private async Task<(long Position, byte[] Buffer)> CopyFileAsync(
        SafeFileHandle file, long position, byte[] buffer, PipeWriter output, CancellationToken stopping, CancellationToken cancellationToken)
    {
        while (true)
        {
            int read = RandomAccess.Read(file, buffer, position);
            int used = WriteRecords(buffer.AsSpan(0, read), output);
            position += used;
            bool finished = _remaining == 0 || _records == 0 || stopping.IsCancellationRequested;
            if (output.UnflushedBytes > FlushThreshold || (output.UnflushedBytes > 0 && (read < buffer.Length || finished)))
            {
                await output.FlushAsync(cancellationToken);
            }
            if (read < buffer.Length || finished)
            {
                return (position, buffer);
            }
            if (used == 0)
            {
                // Files of ours hold records of at most 16 KiB and some: only a foreign file gets here.
                byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
    }

    private int WriteRecords(ReadOnlySpan<byte> bytes, PipeWriter output)
    {
        int used = 0;
        while (_remaining > 0 && _records > 0)
        {
            int end = bytes[used..].IndexOf((byte)'\n');
            if (end < 0)
            {
                break;
            }
            if (LogRecord.TryParse(bytes.Slice(used, end), out LogRecord record))
            {
                WriteRecord(record, output);
                _records--;
            }
            used += end + 1;
        }
        return used;
    }

    private void WriteRecord(in LogRecord record, PipeWriter output)
    {
        if (record.Time >= options.SinceNanoseconds && options.Takes(record.IsStdout))
        {
            Span<byte> span = output.GetSpan(record.Content.Length + LogTime.FormattedLength + 2);
            int length = 0;
            if (options.Timestamps && _isNewLine)
            {
                LogTime.Format(record.Time, span);
                span[LogTime.FormattedLength] = (byte)' ';
                length = LogTime.FormattedLength + 1;
            }
            record.Content.CopyTo(span[length..]);
            length += record.Content.Length;
            if (!record.IsPartial)
            {
                span[length++] = (byte)'\n';
            }
            length = (int)Math.Min(length, _remaining);
            _remaining -= length;
            output.Advance(length);
        }
        // One flag for both streams, set by skipped records too: so does the kubelet.
        _isNewLine = !record.IsPartial;
    }
}
