using System.Collections.Concurrent;
using Kdd.Kubernetes;

namespace Kdd.Operator.Sessions;

/// <summary>The sessions of this replica by LogView. Only the reconciler of a LogView adds, replaces and removes its session.</summary>
public sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<NamespacedName, Session> _sessions = new();

    public int Count => _sessions.Count;

    public Session? Find(NamespacedName name) => _sessions.GetValueOrDefault(name);

    public ICollection<NamespacedName> Names => _sessions.Keys;

    public ICollection<Session> Sessions => _sessions.Values;

    public void Add(Session session)
    {
        if (!_sessions.TryAdd(session.Name, session))
        {
            throw new InvalidOperationException($"{session.Name} has a session");
        }
    }

    /// <summary>The LogView was deleted: viewers get <c>end</c>.</summary>
    public async Task DeleteAsync(NamespacedName name)
    {
        if (_sessions.TryRemove(name, out Session? session))
        {
            session.End(Api.Wire.EndReasons.Deleted);
            await session.DisposeAsync();
        }
    }

    /// <summary>Another replica has the LogView now, or this one stops: viewers get <c>reconnect</c>.</summary>
    public async Task LeaveAsync(NamespacedName name)
    {
        if (_sessions.TryRemove(name, out Session? session))
        {
            session.Leave();
            await session.DisposeAsync();
        }
    }
}
