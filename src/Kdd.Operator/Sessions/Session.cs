using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Kubernetes;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>
/// One LogView at work: the streams of its containers, merged into a buffer that viewers read. Whatever happens, from
/// control or from a stream, is posted to one inbox and taken by one loop, so that its state needs no lock of its own.
/// </summary>
public sealed partial class Session : IAsyncDisposable
{
    private readonly SessionContext _context;
    private readonly ILogger _logger;
    private readonly Task _loop;

    /// <param name="name">Of the LogView.</param>
    /// <param name="uid">Of the LogView.</param>
    /// <param name="spec">What to read and keep.</param>
    /// <param name="context">What sessions share.</param>
    /// <param name="startIdle">True: no stream opens before the first viewer.</param>
    /// <param name="inherited">What another owner streamed before.</param>
    public Session(
        NamespacedName name, string uid, CompiledSpec spec, SessionContext context, bool startIdle = false, IReadOnlyList<InheritedSource>? inherited = null)
    {
        _inherited = inherited ?? [];
        Name = name;
        Uid = uid;
        _context = context;
        _spec = spec;
        _logger = context.LoggerFactory.CreateLogger<Session>();
        _buffer = new SessionBuffer(context.Memory, spec.Spec.Retain.Lines, spec.Spec.Retain.Size.Bytes);
        Epoch = context.NextEpoch();
        _encoder = new LogFrameEncoder(Epoch);
        _merger = new LogMerger { Window = NanosecondsOf(spec.Spec.OrderWindow.Value) };
        _lifecycle = _merger.Add();
        (_lifecycle.InBacklog, _lifecycle.IsExcused) = (false, true);
        _startTime = context.TimeProvider.GetUtcNow();
        _unwatchedSince = context.TimeProvider.GetTimestamp();
        _state = startIdle && spec.Spec.IdleTimeout.Value > TimeSpan.Zero ? SessionState.Idle : SessionState.Streaming;
        _timer = context.TimeProvider.CreateTimer(static signal => ((AsyncSignal)signal!).Set(), _wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _loop = RunAsync();
    }

    public NamespacedName Name { get; }

    public string Uid { get; }

    /// <summary>Something that status shows at once has changed. Raised on any thread; handlers must not block.</summary>
    public event Action? Changed;

    internal SessionBuffer Buffer => _buffer;

    internal SessionContext Context => _context;

    /// <summary>Takes a changed spec, keeping what can be kept.</summary>
    public void Update(CompiledSpec spec) => Post(() => Apply(spec));

    /// <summary>The full list of the workload's pods, each time (level-triggered); a pod gone from it was deleted.</summary>
    /// <param name="pods">Every pod whose containers belong to the session now.</param>
    /// <param name="workloadFinished">No further pod will come: the session completes when these are drained.</param>
    public void SetPods(IReadOnlyList<PodRecord> pods, bool workloadFinished) => Post(() => Apply(pods, workloadFinished));

    /// <summary>Closes the streams, or opens them again where they stood.</summary>
    public void SetSuspended(bool suspended) => Post(() =>
    {
        if (_state is not SessionState.Ended && suspended != _state is SessionState.Suspended)
        {
            if (suspended)
            {
                CloseSources();
                _state = SessionState.Suspended;
                Notice(EventFrames.End(EndReasons.Suspended), endsViewers: true);
                MarkChanged();
            }
            else
            {
                Reopen();
            }
        }
    });

    /// <summary>Closes the streams; the buffer stays readable and viewers get <c>end</c>.</summary>
    /// <param name="reason">One of <see cref="EndReasons"/>.</param>
    public void End(string reason) => Post(() => EndNow(reason));

    /// <summary>Sends viewers <c>reconnect</c>: this replica is stopping, or the namespace has another owner now.</summary>
    public void Leave() => Post(() =>
    {
        DeclareUnread();
        Notice(EventFrames.Reconnect(Random.Shared.Next(500, 3000)), endsViewers: true);
    });

    /// <summary>Sends viewers a <c>status</c> event, and new ones first thing.</summary>
    public void PublishStatus(LogViewStatus reduced)
    {
        byte[] frame = EventFrames.Status(reduced);
        Post(() =>
        {
            _status = frame;
            Notice(frame, endsViewers: false);
        });
    }

    /// <summary>Serves one viewer until it goes, or the session ends.</summary>
    public Task ServeAsync(HttpContext http, StreamQuery query) => new ViewerResponse(this, http, query).RunAsync();

    /// <summary>Closes the streams and drops the buffer. Viewers still open are sent <c>end</c> (Deleted).</summary>
    public async ValueTask DisposeAsync()
    {
        Post(() =>
        {
            EndNow(EndReasons.Deleted);
            _disposed = true;
        });
        await _loop;
        await _timer.DisposeAsync();
        _buffer.Dispose();
    }

    private static long NanosecondsOf(TimeSpan time) => time.Ticks * 100;
}
