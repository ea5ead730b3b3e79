using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Faults;

/// <summary>What happens to a request.</summary>
public enum FaultAction
{
    /// <summary>It is answered with an error at once.</summary>
    Fail,

    /// <summary>It is served later.</summary>
    Delay,

    /// <summary>It is never answered; the connection stays.</summary>
    Hang,

    /// <summary>Its answer is cut off after so many bytes, wherever that is.</summary>
    Cut,

    /// <summary>Its answer stops, and the connection stays: what was to be sent waits until the rule is lifted.</summary>
    Stall,

    /// <summary>A watch is answered with 410 Expired, as when its resourceVersion is too old.</summary>
    Expire,

    /// <summary>A line that is no event is put before each event of a watch.</summary>
    Garbage,

    /// <summary>Each event of a watch is sent twice.</summary>
    Duplicate,

    /// <summary>Events of a watch change places, two by two.</summary>
    Reorder,
}

/// <summary>A fault that holds until it is lifted, or for a number of requests.</summary>
public sealed class FaultRule : IDisposable
{
    private readonly Action<FaultRule> _lift;
    private readonly TaskCompletionSource _lifted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _hits;

    internal FaultRule(RequestMatch match, FaultAction action, Action<FaultRule> lift)
    {
        Match = match;
        Action = action;
        _lift = lift;
    }

    /// <summary>Name for the admin endpoint.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N")[..8];

    /// <summary>Which requests it is for.</summary>
    public RequestMatch Match { get; }

    /// <summary>What happens to them.</summary>
    public FaultAction Action { get; }

    /// <summary>Status code of <see cref="FaultAction.Fail"/>.</summary>
    public int Status { get; init; } = 503;

    /// <summary>Retry-After of <see cref="FaultAction.Fail"/>, in whole seconds; null sends none.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>How late <see cref="FaultAction.Delay"/> is.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Bytes of the body before <see cref="FaultAction.Cut"/>.</summary>
    public long AfterBytes { get; init; }

    /// <summary>Requests that it is for; null for all.</summary>
    public int? Times { get; init; }

    /// <summary>Requests that it has met.</summary>
    public int Hits => Volatile.Read(ref _hits);

    /// <summary>Completes when the rule has done something for the first time: a request came, or a stream was held.</summary>
    public Task Met => _met.Task;

    /// <summary>Completes when the rule is lifted; who waits for it is held by the rule.</summary>
    internal Task Lifted
    {
        get
        {
            _met.TrySetResult();
            return _lifted.Task;
        }
    }

    /// <summary>Lifts the fault: what stalls goes on.</summary>
    public void Dispose()
    {
        _lift(this);
        _lifted.TrySetResult();
    }

    /// <summary>Counts a request; false when the rule is used up.</summary>
    internal bool TryHit()
    {
        bool hit = Interlocked.Increment(ref _hits) <= (Times ?? int.MaxValue);
        _met.TrySetResult();
        return hit;
    }

    internal JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["action"] = Action.ToString(),
        ["hits"] = Math.Min(Hits, Times ?? int.MaxValue),
        ["match"] = new JsonObject
        {
            ["verb"] = Match.Verb,
            ["group"] = Match.Group,
            ["resource"] = Match.Resource,
            ["subresource"] = Match.Subresource,
            ["namespace"] = Match.Namespace,
            ["name"] = Match.Name,
            ["path"] = Match.Path,
            ["user"] = Match.User,
        },
    };
}
