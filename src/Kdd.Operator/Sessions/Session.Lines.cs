using Kdd.Api.Wire;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

public sealed partial class Session : IMergeOutput
{
    /// <summary>A larger line is encoded aside, so that the room for its worst case is not taken from a block.</summary>
    private const int LargeMessage = 8 << 10;

    private readonly SessionBuffer _buffer;
    private LogFrameEncoder _encoder;
    private readonly LineText _text = new();

    /// <summary>Counts of the sources that are gone.</summary>
    private EndedCounts _ended;
    private long _lastLineTime;
    private long _keptInStep;
    private long _filteredInStep;

    void IMergeOutput.OnLine(MergeSource merge, LineBatch batch, int index, bool late)
    {
        var source = (SessionSource)merge.Owner!;
        ref readonly LineEntry line = ref batch[index];
        source.Placed(line.Time);
        if (index == batch.Count - 1)
        {
            source.Taken(batch.ByteCount);
        }

        ReadOnlySpan<byte> message = batch.Message(line);
        LineLevel level = LevelOf(source, message);
        _text.Reset();
        if (!_spec.Filter.Keeps(message, _text, level))
        {
            source.Filtered++;
            _filteredInStep++;
            return;
        }

        source.Kept++;
        _keptInStep++;
        _lastLineTime = Math.Max(_lastLineTime, line.Time);
        Append(new KeptLine
        {
            Source = source.Frames,
            Message = _spec.Redactor.Apply(message, _text),
            Time = line.Time,
            Instance = batch.Instance,
            N = line.N,
            FullLength = line.FullLength,
            Flags = late ? line.Flags | LineFlags.Late : line.Flags,
            Level = level,
        });
    }

    void IMergeOutput.OnMark(MergeSource merge, object mark)
    {
        var source = merge.Owner as SessionSource;
        switch (mark)
        {
            case LifecycleChange change:
                AppendLifecycle(change);
                break;
            case LogGap gap:
                AppendGap(source!, gap);
                break;
            case GoneMark gone:
                SessionMetrics.Gap(gone.Gap.Reason, 0);
                AppendGap(new FrameSource(gone.Key), gone.Gap);
                break;
            case CaughtUpMark caughtUp when caughtUp.Opening == source!.Openings:
                merge.InBacklog = false;
                source.CatchUp(Now - Math.Max(0, merge.Offset ?? 0));
                if (!_spec.Spec.Follow)
                {
                    source.Close();
                    source.IsEnded = true;
                    source.State = SourceState.Ended;
                }

                break;
            case SourceMark.Ended:
                source!.IsEnded = true;
                merge.InBacklog = false;
                _finishedSources.Add(source);
                break;
        }
    }

    private static LineLevel LevelOf(SessionSource source, ReadOnlySpan<byte> message)
    {
        LineLevel level = LevelDetector.Detect(message);
        if (level == LineLevel.Unknown && LevelDetector.IsContinuation(message))
        {
            return source.Level;
        }

        source.Level = level;
        return level;
    }

    private void Append(in KeptLine line)
    {
        int most = LogFrameEncoder.MaxSize(line);
        if (line.Message.Length <= LargeMessage)
        {
            int length = _encoder.Encode(_buffer.NextSequence, line, _buffer.Reserve(most), out FrameEntry entry);
            _buffer.Commit(length, entry);
            return;
        }

        byte[] aside = System.Buffers.ArrayPool<byte>.Shared.Rent(most);
        int size = _encoder.Encode(_buffer.NextSequence, line, aside, out FrameEntry large);
        aside.AsSpan(0, size).CopyTo(_buffer.Reserve(size));
        _buffer.Commit(size, large);
        System.Buffers.ArrayPool<byte>.Shared.Return(aside);
    }

    private void AppendLifecycle(LifecycleChange change)
    {
        string uid = _pods.Values.FirstOrDefault(pod => pod.Name == change.Pod)?.Uid ?? "";
        var key = new ContainerKey(Name.Namespace, change.Pod, uid, change.Container ?? "");
        AppendEvent(EventFrames.Lifecycle(change, Position(change.Time)), FrameKind.Lifecycle, change.Time, new FrameSource(key));
    }

    private void AppendGap(SessionSource source, LogGap gap)
    {
        source.Lost += gap.Lost ?? 0;
        SessionMetrics.Gap(gap.Reason, gap.Lost ?? 0);
        AppendGap(source.Frames, gap);
        MarkChanged();
    }

    private void AppendGap(FrameSource frames, LogGap gap)
        => AppendEvent(EventFrames.Gap(gap, frames.Key.Pod, frames.Key.Container, Position(gap.To)), FrameKind.Gap, gap.To, frames);

    /// <summary>Of an event that is no line: its last four fields are compared by nobody.</summary>
    private StreamCursor Position(long time)
        => new(Epoch, _buffer.NextSequence, Math.Max(0, _encoder.Watermark), 0, 0, Math.Max(0, time), 0);

    private void AppendEvent(byte[] frame, FrameKind kind, long time, FrameSource source)
    {
        frame.CopyTo(_buffer.Reserve(frame.Length));
        _buffer.Commit(frame.Length, new FrameEntry
        {
            Time = time,
            Data = (ushort)EventFrames.DataOffset(frame),
            Source = source,
            Kind = kind,
        });
    }
}
