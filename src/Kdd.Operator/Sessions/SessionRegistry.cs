using System.Collections.Concurrent;
using Kdd.Kubernetes;

namespace Kdd.Operator.Sessions;

/// <summary>
/// The sessions of this replica by LogView. Only the reconciler of a LogView adds, replaces and removes its session. A LogView
/// that waits for its first viewer has none: 10,000 of them would take 90 MB for nothing.
/// </summary>
public sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<NamespacedName, Session> _sessions = new();
    private readonly ConcurrentDictionary<NamespacedName, bool> _waiting = new();
    private readonly ConcurrentDictionary<NamespacedName, TaskCompletionSource> _wanted = new();

    /// <summary>A viewer asks for a LogView that has no session. Handlers must return quickly: enqueue the key.</summary>
    public event Action<NamespacedName>? Wanted;

    public int Count => _sessions.Count;

    public Session? Find(NamespacedName name) => _sessions.GetValueOrDefault(name);

    public ICollection<NamespacedName> Names => _sessions.Keys;

    public ICollection<Session> Sessions => _sessions.Values;

    /// <summary>LogViews that wait for their first viewer.</summary>
    public ICollection<NamespacedName> Waiting => _waiting.Keys;

    /// <summary>True while a viewer is being made to wait for the session.</summary>
    public bool IsWanted(NamespacedName name) => _wanted.ContainsKey(name);

    /// <summary>The LogView is this replica's, and nothing but a viewer asks for its session.</summary>
    public void Wait(NamespacedName name) => _waiting[name] = true;

    /// <summary>The session for a viewer, started if need be; null where there is still none after <paramref name="limit"/>.</summary>
    public async Task<Session?> WantAsync(NamespacedName name, TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        TaskCompletionSource started = _wanted.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            // Asked after the wish is known: a session that starts in between has not missed it.
            if (Find(name) is null)
            {
                Wanted?.Invoke(name);
                await started.Task.WaitAsync(limit, timeProvider, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            // The caller tells the viewer to come again.
        }
        finally
        {
            _wanted.TryRemove(name, out _);
        }

        return Find(name);
    }

    public void Add(Session session)
    {
        if (!_sessions.TryAdd(session.Name, session))
        {
            throw new InvalidOperationException($"{session.Name} has a session");
        }

        _waiting.TryRemove(session.Name, out _);
        if (_wanted.TryGetValue(session.Name, out TaskCompletionSource? viewer))
        {
            viewer.TrySetResult();
        }
    }

    /// <summary>The LogView was deleted: viewers get <c>end</c>.</summary>
    public async Task DeleteAsync(NamespacedName name)
    {
        _waiting.TryRemove(name, out _);
        if (_sessions.TryRemove(name, out Session? session))
        {
            session.End(Api.Wire.EndReasons.Deleted);
            await session.DisposeAsync();
        }
    }

    /// <summary>Another replica has the LogView now, or this one stops: viewers get <c>reconnect</c>.</summary>
    public async Task LeaveAsync(NamespacedName name)
    {
        _waiting.TryRemove(name, out _);
        if (_sessions.TryRemove(name, out Session? session))
        {
            session.Leave();
            await session.DisposeAsync();
        }
    }
}
