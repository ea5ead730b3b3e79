using Kdd.Api.Wire;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>
/// Pods that are deleted while no owner reads them, or before all of it was read: a viewer that comes from another owner, or
/// goes to one, is told. The next owner never hears of them.
/// </summary>
public sealed partial class Session
{
    private const int MaxGone = 256;

    private readonly IReadOnlyList<InheritedSource> _inherited;
    private readonly List<GoneSource> _gone = [];

    /// <summary>
    /// Of pods that went before the backlog was read: a viewer that comes from another owner has nothing of them yet. Status lists
    /// them till then, for the owner after this one.
    /// </summary>
    private readonly List<ContainerKey> _goneInBacklog = [];
    private long _goneNoted;

    private bool IsReadingBacklog => !_backlogComplete || _refill is { IsUsed: true };

    /// <summary>A container that this session has not read from where a viewer of another owner may stand.</summary>
    private sealed class GoneSource(ContainerKey key, long to)
    {
        public ContainerKey Key { get; } = key;

        /// <summary>Nothing is missing after this, Unix ns.</summary>
        public long To { get; } = to;

        /// <summary>Viewers were told from here on, Unix ns.</summary>
        public long ToldFrom { get; set; } = long.MaxValue;
    }

    private sealed record GoneMark(ContainerKey Key, LogGap Gap);

    /// <summary>Whether the pod was there when the session was last told of pods.</summary>
    internal bool Knows(ContainerKey key)
    {
        lock (_step)
        {
            return _pods.ContainsKey(key.PodUid);
        }
    }

    /// <summary>The first pods are known: what is not among them was deleted since the other owner's last status.</summary>
    private void FindGone(IReadOnlyDictionary<string, PodRecord> pods)
    {
        foreach (InheritedSource source in _inherited.Where(source => _spec.Reads(source.Container)
            && !pods.Values.Any(pod => pod.Name == source.Pod)))
        {
            var key = new ContainerKey(Name.Namespace, source.Pod, "", source.Container);
            AddGone(key, Now);
            AddGoneInBacklog(key);
        }
    }

    private void AddGone(ContainerKey key, long to)
    {
        if (_gone.Count == MaxGone)
        {
            _gone.RemoveAt(0);
        }

        _gone.Add(new GoneSource(key, to));
    }

    /// <summary>A source is removed with its pod: what came before the first of it that was read is lost to viewers of another owner.</summary>
    private void NoteRemoved(SessionSource source)
    {
        if (_pods.ContainsKey(source.Frames.Key.PodUid) || !source.IsWanted)
        {
            return;
        }

        if (source.ReadFrom > long.MinValue)
        {
            AddGone(source.Frames.Key, Math.Min(source.ReadFrom, Now));
        }

        if (IsReadingBacklog)
        {
            AddGoneInBacklog(source.Frames.Key);
        }
    }

    private void AddGoneInBacklog(ContainerKey key)
    {
        if (_goneInBacklog.Count < MaxGone && !_goneInBacklog.Contains(key))
        {
            _goneInBacklog.Add(key);
            _goneNoted = Now;
        }
    }

    /// <summary>
    /// Once the backlog is read, viewers have what there was of pods that went meanwhile; some may be on their way from the other
    /// owner still. Returns when to look again.
    /// </summary>
    private long ForgetGoneInBacklog(long now)
    {
        if (_goneInBacklog.Count == 0 || IsReadingBacklog)
        {
            return long.MaxValue;
        }

        if (now < _goneNoted + ViewerStart.ResumeMargin)
        {
            return _goneNoted + ViewerStart.ResumeMargin;
        }

        _goneInBacklog.Clear();
        MarkChanged();
        return long.MaxValue;
    }

    /// <summary>A viewer that has everything up to <paramref name="watermark"/> from another owner comes.</summary>
    private void DeclareGone(long watermark)
    {
        foreach (GoneSource gone in _gone.Where(gone => watermark < Math.Min(gone.To, gone.ToldFrom)))
        {
            gone.ToldFrom = watermark;
            AddGoneInBacklog(gone.Key);
            var gap = new LogGap(GapReasons.OwnerChanged, null, watermark, gone.To, Certain: false);
            _merger.Enqueue(_lifecycle, new MergeItem(null, new GoneMark(gone.Key, gap)));
        }
    }

    /// <summary>Viewers go to another owner, which can read nothing of pods that are gone.</summary>
    private void DeclareUnread()
    {
        List<(ContainerKey? Key, long From)> unread = [.. _sources.Values
            .Where(source => source is { IsWanted: true, IsEnded: false } && !_pods.ContainsKey(source.Frames.Key.PodUid))
            .Select(source => ((ContainerKey?)source.Frames.Key, source.DrainedUntil))];
        if (IsReadingBacklog && Math.Min(_resumeFrom ?? long.MaxValue, _refill?.Watermark ?? long.MaxValue) is var watermark and < long.MaxValue)
        {
            unread.AddRange(_goneInBacklog.Select(key => ((ContainerKey?)key, watermark)));
        }

        if (unread.Count > MaxNotices / 2)
        {
            // More than notices are kept: one for all.
            unread = [(null, unread.Min(one => one.From))];
        }

        foreach ((ContainerKey? key, long from) in unread)
        {
            var gap = new LogGap(GapReasons.Deleted, null, from, Now, Certain: false);
            Notice(EventFrames.Gap(gap, key?.Pod, key?.Container, null), endsViewers: false);
        }
    }
}
