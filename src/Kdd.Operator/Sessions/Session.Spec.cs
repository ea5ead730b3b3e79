using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>A change of the spec while lines flow. What is kept is kept, and no line is lost or comes twice:</summary>
/// <remarks>
/// <list type="table">
/// <item><term>filter</term><description>Decides from the next line on; streams and buffer stay.</description></item>
/// <item><term>redact</term><description>So too, and what a new rule hides is replaced in the lines that are kept.</description></item>
/// <item><term>retain, orderWindow</term><description>The buffer is resized at once; the next line is placed by the new window.</description></item>
/// <item><term>container</term><description>Streams of other containers stay. One left out stops; taken in again it goes on from there.</description></item>
/// <item><term>workload, selector</term><description>Pods of both keep their streams. What is new is read from the tail, as at the start.</description></item>
/// <item><term>tail</term><description>Holds for what is opened from now on: a backlog that was read is not read again.</description></item>
/// <item><term>follow</term><description>False: each stream is read to its present end. True: each goes on from there.</description></item>
/// <item><term>idleTimeout, suspend</term><description>Streams close and open again where they stood. Any change ends idleness.</description></item>
/// </list>
/// A finite session that is still reading begins again when what it reads has changed: its end must be that of one spec.
/// </remarks>
public sealed partial class Session
{
    private CompiledSpec _spec;

    /// <summary>The next list of pods is another workload's or selector's.</summary>
    private bool _isReselected;

    private void Apply(CompiledSpec spec)
    {
        CompiledSpec before = _spec;
        _spec = spec;
        _merger.Window = NanosecondsOf(spec.Spec.OrderWindow.Value);
        _buffer.Resize(spec.Spec.Retain.Lines, spec.Spec.Retain.Size.Bytes);
        if (spec.RedactorSince(before) is { } redactor)
        {
            _buffer.Redact(redactor);
        }

        _refill?.Session.Update(spec.ForRefill());
        if (_state is SessionState.Ended)
        {
            return;
        }

        _unwatchedSince = _context.TimeProvider.GetTimestamp();
        _isReselected |= !spec.SelectsAs(before);
        if (!before.Spec.Follow && !spec.Spec.Follow && _opened && !spec.ReadsBacklogAs(before))
        {
            _buffer.Clear();
            BeginAgain();
            Notice(EventFrames.Reconnect(Random.Shared.Next(500, 3000)), endsViewers: true);
        }
        else if (before.Spec.Follow != spec.Spec.Follow)
        {
            ChangeFollow(spec.Spec.Follow);
        }

        foreach (SessionSource source in _sources.Values.Where(source => source is { Start: LogStart.Tail, Subscription: null }))
        {
            source.Start = TailOf(spec.Spec.Tail);
        }

        Reconcile(chosen: true);
        if (_state is SessionState.Idle)
        {
            Reopen();
        }

        MarkChanged();
    }

    private void ChangeFollow(bool follow)
    {
        foreach (SessionSource source in _sources.Values.Where(source => !source.IsClosing))
        {
            if (follow)
            {
                (source.IsEnded, source.State) = (false, source.IsEnded ? SourceState.Waiting : source.State);
                continue;
            }

            source.Close();
            if (source.Start is LogStart.Beginning)
            {
                // A finite read has no live part that would begin at the first line.
                source.Start = new LogStart.Tail(null, null, Previous: true);
            }
        }
    }
}
