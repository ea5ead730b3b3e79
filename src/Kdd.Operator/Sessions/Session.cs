using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Kubernetes;

namespace Kdd.Operator.Sessions;

/// <summary>One LogView at work: the streams of its containers, merged into a buffer that viewers read.</summary>
public sealed class Session : IAsyncDisposable
{
    /// <param name="startIdle">True: no stream opens before the first viewer.</param>
    public Session(NamespacedName name, string uid, CompiledSpec spec, SessionContext context, bool startIdle = false)
    {
        Name = name;
        Uid = uid;
    }

    public NamespacedName Name { get; }

    public string Uid { get; }

    /// <summary>Something that status shows at once has changed. Raised on any thread; handlers must not block.</summary>
    public event Action? Changed;

    /// <summary>Takes a changed spec, keeping what can be kept: streams, and the buffer unless it would hold other lines now.</summary>
    public void Update(CompiledSpec spec) => Changed?.Invoke();

    /// <summary>The full list of the workload's pods, each time (level-triggered); a pod gone from it was deleted.</summary>
    /// <param name="workloadFinished">No further pod will come: the session completes when these are drained.</param>
    public void SetPods(IReadOnlyList<PodRecord> pods, bool workloadFinished) => throw new NotImplementedException();

    public void SetSuspended(bool suspended) => throw new NotImplementedException();

    /// <summary>Closes the streams; the buffer stays readable and viewers get <c>end</c>.</summary>
    /// <param name="reason">One of <see cref="EndReasons"/>.</param>
    public void End(string reason) => throw new NotImplementedException();

    /// <summary>Sends viewers <c>reconnect</c>: this replica is stopping, or the namespace has another owner now.</summary>
    public void Leave() => throw new NotImplementedException();

    /// <summary>Sends viewers a <c>status</c> event, and new ones first thing.</summary>
    public void PublishStatus(LogViewStatus reduced) => throw new NotImplementedException();

    public SessionSnapshot Snapshot() => throw new NotImplementedException();

    /// <summary>Serves one viewer until it goes, or the session ends.</summary>
    public Task ServeAsync(HttpContext http, StreamQuery query) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
