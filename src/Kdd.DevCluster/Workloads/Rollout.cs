using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>The numbers of a Deployment's rollout and its next step (pkg/controller/deployment: rolling.go, recreate.go).</summary>
internal sealed record Rollout(long Wanted, bool Recreate, long MaxSurge, long MaxUnavailable)
{
    public static Rollout Of(JsonObject deployment)
    {
        long wanted = deployment.Long("spec", "replicas") ?? 1;
        if (deployment.Str("spec", "strategy", "type") == "Recreate")
        {
            return new Rollout(wanted, true, 0, wanted);
        }
        var rolling = deployment.Obj("spec", "strategy", "rollingUpdate");
        long surge = Resolve(rolling?["maxSurge"], wanted, up: true);
        long unavailable = Resolve(rolling?["maxUnavailable"], wanted, up: false);
        return new Rollout(wanted, false, surge, surge == 0 && unavailable == 0 ? 1 : Math.Min(unavailable, wanted));
    }

    /// <summary>The ReplicaSets to scale now, and to what.</summary>
    /// <param name="current">The one of the present template; null while there is none (paused).</param>
    /// <param name="owned">All of them.</param>
    /// <param name="paused">A paused rollout is scaled, but its templates do not move.</param>
    public IEnumerable<(JsonObject Set, long Replicas)> Next(JsonObject? current, List<JsonObject> owned, bool paused)
    {
        var old = owned.Where(set => set.Uid() != current?.Uid() && Spec(set) > 0)
            .OrderBy(set => set.Str("metadata", "creationTimestamp"), StringComparer.Ordinal).ToList();
        if (paused)
        {
            var largest = current is not null && Spec(current) > 0 ? current : old.LastOrDefault() ?? current;
            return largest is not null && old.TrueForAll(set => set == largest) && Spec(largest) != Wanted ? [(largest, Wanted)] : [];
        }
        if (current is null)
        {
            return [];
        }
        if (Recreate)
        {
            return NextOfRecreate(current, old, owned);
        }
        long total = owned.Sum(Spec);
        long grown = Grow(current, total);
        return grown != Spec(current) ? [(current, grown)] : Shrink(current, old, total);
    }

    private IEnumerable<(JsonObject, long)> NextOfRecreate(JsonObject current, List<JsonObject> old, List<JsonObject> owned)
    {
        if (old.Count > 0)
        {
            return old.Select(set => (set, 0L));
        }
        bool leaving = owned.Any(set => set.Uid() != current.Uid()
            && (set.Long("status", "replicas") ?? 0) + (set.Long("status", "terminatingReplicas") ?? 0) > 0);
        return !leaving && Spec(current) != Wanted ? [(current, Wanted)] : [];
    }

    private long Grow(JsonObject current, long total)
    {
        long now = Spec(current);
        if (now >= Wanted)
        {
            return Wanted;
        }
        long room = Wanted + MaxSurge - total;
        return room <= 0 ? now : now + Math.Min(room, Wanted - now);
    }

    private List<(JsonObject, long)> Shrink(JsonObject current, List<JsonObject> old, long total)
    {
        long unavailable = Spec(current) - Available(current);
        long budget = total - (Wanted - MaxUnavailable) - unavailable;
        // Pods that are not available anyway go first and cost nothing.
        foreach (var set in old)
        {
            long broken = Math.Min(Spec(set) - Available(set), budget);
            if (broken > 0)
            {
                return [(set, Spec(set) - broken)];
            }
        }
        long surplus = Math.Min(budget, old.Sum(Available) + Available(current) - (Wanted - MaxUnavailable));
        var steps = new List<(JsonObject, long)>();
        foreach (var set in old)
        {
            long less = Math.Min(Spec(set), surplus);
            if (less > 0)
            {
                steps.Add((set, Spec(set) - less));
                surplus -= less;
            }
        }
        return steps;
    }

    private static long Spec(JsonObject set) => set.Long("spec", "replicas") ?? 0;

    private static long Available(JsonObject set) => Math.Min(set.Long("status", "availableReplicas") ?? 0, Spec(set));

    /// <summary>An int or a percentage; surge rounds up, unavailable down; 25% when unset.</summary>
    private static long Resolve(JsonNode? value, long wanted, bool up)
    {
        if (value is JsonValue number && number.GetValueKind() == JsonValueKind.Number)
        {
            return new JsonObject { ["value"] = value.DeepClone() }.Long("value") ?? 0;
        }
        string text = value is null ? "25%" : (string?)value ?? "";
        decimal percent = decimal.TryParse(text.TrimEnd('%'), NumberStyles.Integer, CultureInfo.InvariantCulture, out decimal parsed) ? parsed : 25;
        decimal share = wanted * percent / 100;
        return (long)(up ? decimal.Ceiling(share) : decimal.Floor(share));
    }
}
