using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>
/// Who owns whom in one namespace, by uid: from a workload down to its pods in the time its own children take, however
/// many other pods there are. A name proves nothing: whoever may create a pod may name any owner, but not its uid's past.
/// </summary>
internal sealed class OwnerGraph
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, string?>> _children = [];

    /// <summary>An object came, went or changed its owners. <paramref name="podName"/> is null for what is no pod.</summary>
    public void Update(string uid, string? podName, IReadOnlyList<OwnerRecord>? before, IReadOnlyList<OwnerRecord>? after)
    {
        lock (_lock)
        {
            foreach (OwnerRecord owner in before ?? [])
            {
                if (_children.TryGetValue(owner.Uid, out var children) && children.Remove(uid) && children.Count == 0)
                {
                    _children.Remove(owner.Uid);
                }
            }

            foreach (OwnerRecord owner in after ?? [])
            {
                if (!_children.TryGetValue(owner.Uid, out var children))
                {
                    _children[owner.Uid] = children = [];
                }

                children[uid] = podName;
            }
        }
    }

    /// <summary>
    /// Everything below <paramref name="uid"/>: the uids passed through (its own first), and the names of the pods.
    /// A ring of owner references, which the API server does not forbid, is walked once.
    /// </summary>
    public (HashSet<string> Owners, List<string> Pods) Below(string uid)
    {
        var owners = new HashSet<string> { uid };
        var pods = new List<string>();
        var pending = new Queue<string>([uid]);
        lock (_lock)
        {
            while (pending.TryDequeue(out string? next))
            {
                foreach ((string child, string? podName) in _children.GetValueOrDefault(next) ?? [])
                {
                    if (podName is not null)
                    {
                        pods.Add(podName);
                    }
                    else if (owners.Add(child))
                    {
                        pending.Enqueue(child);
                    }
                }
            }
        }

        return (owners, pods);
    }
}
