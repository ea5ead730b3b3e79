using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>A Deployment's status: the numbers and conditions that <c>kubectl rollout status</c> and <c>wait</c> read.</summary>
internal static class DeploymentStatus
{
    private static readonly ResourceKey Deployments = new("apps", "deployments");

    /// <returns>When the progress deadline has to be looked at; null when nothing is under way.</returns>
    public static TimeSpan? Write(
        ObjectStore store, JsonObject deployment, JsonObject? current, List<JsonObject> owned, TimeProvider timeProvider)
    {
        var now = timeProvider.GetUtcNow();
        TimeSpan? later = null;
        store.Mutate(Deployments, deployment.Namespace(), deployment.Name(), stored =>
        {
            var status = Build(stored, current, owned, now);
            // The generation that was looked at: a newer one may have been stored meanwhile, and nothing of it is done yet.
            status["observedGeneration"] = deployment.Long("metadata", "generation") ?? 1;
            later = Conditions.Get(new JsonObject { ["status"] = status.DeepClone() }, "Progressing").Str("reason") is "ReplicaSetUpdated" or "NewReplicaSetCreated"
                ? TimeSpan.FromSeconds((stored.Long("spec", "progressDeadlineSeconds") ?? 600) + 1)
                : null;
            stored["status"] = status;
            return true;
        }, statusOnly: true);
        return later;
    }

    private static JsonObject Build(JsonObject deployment, JsonObject? current, List<JsonObject> owned, DateTimeOffset now)
    {
        long wanted = deployment.Long("spec", "replicas") ?? 1;
        long replicas = owned.Sum(set => set.Long("status", "replicas") ?? 0);
        long available = owned.Sum(set => set.Long("status", "availableReplicas") ?? 0);
        long updated = current?.Long("status", "replicas") ?? 0;
        var status = new JsonObject();
        status.AddCount("replicas", replicas);
        status.AddCount("updatedReplicas", updated);
        status.AddCount("readyReplicas", owned.Sum(set => set.Long("status", "readyReplicas") ?? 0));
        status.AddCount("availableReplicas", available);
        status.AddCount("unavailableReplicas", Math.Max(0, owned.Sum(set => set.Long("spec", "replicas") ?? 0) - available));
        status["terminatingReplicas"] = owned.Sum(set => set.Long("status", "terminatingReplicas") ?? 0);
        string text = PodStatus.Time(now);
        bool enough = available >= wanted - Rollout.Of(deployment).MaxUnavailable;
        var first = Conditions.Next(deployment, "Available", enough,
            enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.", text);
        bool complete = updated == wanted && replicas == wanted && available == wanted;
        status["conditions"] = new JsonArray(first, Progressing(deployment, current, complete, status, now));
        return status;
    }

    private static JsonObject Progressing(JsonObject deployment, JsonObject? current, bool complete, JsonObject status, DateTimeOffset now)
    {
        string text = PodStatus.Time(now);
        string set = current?.Name() ?? "";
        if (complete)
        {
            return Conditions.Next(deployment, "Progressing", true, "NewReplicaSetAvailable",
                $"ReplicaSet \"{set}\" has successfully progressed.", text);
        }
        if (deployment.Bool("spec", "paused") == true)
        {
            return Conditions.Next(deployment, "Progressing", false, "DeploymentPaused", "Deployment is paused", text);
        }
        var before = Conditions.Get(deployment, "Progressing");
        bool moved = ((string[])["updatedReplicas", "replicas", "readyReplicas", "availableReplicas"])
            .Any(name => (deployment.Long("status", name) ?? 0) != (status.Long(name) ?? 0));
        if (before is null || before.Str("reason") is "NewReplicaSetAvailable" or "DeploymentPaused" || moved
            || !DateTimeOffset.TryParse(before.Str("lastUpdateTime"), out var since))
        {
            var condition = Conditions.Next(deployment, "Progressing", true, "ReplicaSetUpdated", $"ReplicaSet \"{set}\" is progressing.", text);
            condition["lastUpdateTime"] = text;
            return condition;
        }
        bool late = now - since > TimeSpan.FromSeconds(deployment.Long("spec", "progressDeadlineSeconds") ?? 600);
        return late
            ? Conditions.Next(deployment, "Progressing", false, "ProgressDeadlineExceeded",
                $"ReplicaSet \"{set}\" has timed out progressing.", text)
            : (JsonObject)before.DeepClone();
    }
}
