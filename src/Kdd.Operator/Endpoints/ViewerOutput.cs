using System.IO.Pipelines;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Endpoints;

/// <summary>What one viewer is sent: the lines that it asked for, counted, and events; until it takes nothing any more.</summary>
internal sealed class ViewerOutput(StreamFormat format, PipeWriter output, ViewerFilter filter, TimeProvider time)
{
    /// <summary>Kestrel's MinResponseDataRate never ends a stalled event stream (its deadline only grows): ours does.</summary>
    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Unsent bytes after which a flush is due.</summary>
    private const int FlushBytes = 256 << 10;

    private long _lastTime;

    /// <summary>Lines written so far.</summary>
    public long Shown { get; private set; }

    public bool HasUnflushed => output.UnflushedBytes > 0;

    public void WriteOpening() => format.WriteOpening(output);

    public void WriteHeartbeat() => format.WriteHeartbeat(output);

    public void WriteEvent(ReadOnlySpan<byte> frame) => format.WriteEvent(output, frame);

    /// <param name="gap">Null: nothing is missing.</param>
    public void WriteGap(LogGap? gap)
    {
        if (gap is { } missing)
        {
            WriteEvent(EventFrames.Gap(missing, null, null, null));
        }
    }

    /// <summary>Writes what is published, and a gap where the buffer was faster; false when the viewer does not take it.</summary>
    public async ValueTask<bool> WriteRunsAsync(BufferReader reader, SessionBuffer buffer, string gapReason, CancellationToken cancellationToken)
    {
        while (!reader.IsAtEnd && !buffer.IsDisposed)
        {
            if (reader.TryRead(out FrameRun run, out long lost))
            {
                Write(run);
                run.Release();
                if (output.UnflushedBytes >= FlushBytes && !await FlushAsync(cancellationToken))
                {
                    return false;
                }
            }
            else if (lost > 0 && !buffer.IsDisposed)
            {
                WriteGap(new LogGap(gapReason, lost, _lastTime, UnixNanoseconds.From(time.GetUtcNow()), Certain: true));
            }
        }

        return true;
    }

    /// <summary>False when the viewer has gone, or has read nothing for <see cref="WriteDeadline"/>.</summary>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        if (output.UnflushedBytes == 0)
        {
            return true;
        }

        ValueTask<FlushResult> flush = output.FlushAsync(cancellationToken);
        if (flush.IsCompletedSuccessfully)
        {
            return !flush.Result.IsCompleted;
        }

        Task<FlushResult> slow = flush.AsTask();
        try
        {
            return !(await slow.WaitAsync(WriteDeadline, time, cancellationToken)).IsCompleted;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Write(in FrameRun run)
    {
        _lastTime = run.Block[run.First + run.Count - 1].Time;
        if (filter.PassesAll)
        {
            format.WriteRun(output, run);
            Count(run.Block.Lines(run.First, run.Count));
            return;
        }

        int end = run.First + run.Count;
        for (int i = run.First; i < end; i++)
        {
            int first = i;
            while (i < end && filter.Passes(run.Block, i))
            {
                i++;
            }

            if (i > first)
            {
                format.WriteRun(output, new FrameRun(run.Block, first, i - first));
                Count(run.Block.Lines(first, i - first));
            }
        }
    }

    private void Count(int lines)
    {
        Shown += lines;
        SessionMetrics.Delivered(lines);
    }
}
