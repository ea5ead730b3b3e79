using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Endpoints;

/// <summary>Where a viewer begins, and what it must be told is missing before.</summary>
internal readonly record struct ViewerStart(long Sequence, LogGap? Gap)
{
    /// <summary>A viewer of another epoch is sent again what lies this far before its watermark: clocks of nodes differ.</summary>
    public const long ResumeMargin = 90 * UnixNanoseconds.PerSecond;

    public static ViewerStart Of(Session session, StreamQuery query, ViewerFilter filter)
    {
        SessionBuffer buffer = session.Buffer;
        long oldest = buffer.Oldest;
        if (query.Cursor is not { } cursor)
        {
            return new ViewerStart(query.Tail is { } lines ? LastLines(buffer, oldest, lines, filter) : oldest, null);
        }

        if (cursor.Epoch != session.Epoch)
        {
            return AfterOwnerChange(buffer, oldest, cursor);
        }

        // A cursor from the future cannot be of this buffer; the end is the nearest.
        long next = Math.Min(cursor.Sequence + 1, buffer.PublishedEnd);
        if (next >= oldest)
        {
            return new ViewerStart(next, null);
        }

        long lost = buffer.LinesBetween(next, oldest);
        return new ViewerStart(oldest, lost == 0 ? null : new LogGap(GapReasons.Retention, lost, cursor.Time, TimeOf(buffer, oldest), Certain: true));
    }

    private static ViewerStart AfterOwnerChange(SessionBuffer buffer, long oldest, StreamCursor cursor)
    {
        return new ViewerStart(FirstAtOrAfter(buffer, oldest, cursor.Watermark - ResumeMargin), null);
    }

    /// <summary>Counts lines back from the end, only those that the filter passes.</summary>
    private static long LastLines(SessionBuffer buffer, long oldest, int lines, ViewerFilter filter)
    {
        long sequence = buffer.PublishedEnd;
        while (sequence > oldest && lines > 0 && buffer.Hold(sequence - 1) is { } block)
        {
            for (int i = (int)(sequence - 1 - block.FirstSequence); i >= 0 && lines > 0 && sequence > oldest; i--)
            {
                sequence--;
                lines -= block[i].Kind == FrameKind.Log && (filter.PassesAll || filter.Passes(block, i)) ? 1 : 0;
            }

            block.Release();
        }

        return sequence;
    }

    private static long FirstAtOrAfter(SessionBuffer buffer, long oldest, long time)
    {
        long sequence = oldest;
        while (buffer.Hold(sequence) is { } block)
        {
            int published = block.Published;
            int first = (int)(sequence - block.FirstSequence);
            int found = first;
            while (found < published && block[found].Time < time)
            {
                found++;
            }

            sequence += found - first;
            block.Release();
            if (found < published)
            {
                break;
            }
        }

        return sequence;
    }

    private static long TimeOf(SessionBuffer buffer, long sequence)
    {
        if (buffer.Hold(sequence) is not { } block)
        {
            return 0;
        }

        long time = block[(int)(sequence - block.FirstSequence)].Time;
        block.Release();
        return time;
    }
}
