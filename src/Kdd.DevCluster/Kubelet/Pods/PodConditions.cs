using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>The conditions of a pod; a condition whose status stays keeps its lastTransitionTime.</summary>
internal static class PodConditions
{
    public static JsonArray Build(
        JsonObject pod, IReadOnlyList<ContainerState> containers, string podIP, string phase, DateTimeOffset now)
    {
        var init = containers.Where(c => c.Role != ContainerRole.Regular).ToList();
        var regular = containers.Where(c => c.Role != ContainerRole.Init).ToList();
        var incomplete = init.Where(c => c.Role == ContainerRole.Init ? c.Terminated is not { Exit.ExitCode: 0 } : !c.Started)
            .Select(c => c.Name).ToList();
        var unready = regular.Where(c => !c.IsReady).Select(c => c.Name).ToList();
        bool finished = phase is "Succeeded" or "Failed";

        var conditions = new JsonArray();
        Add("PodReadyToStartContainers", podIP.Length > 0 && !finished, "", "");
        if (incomplete.Count == 0)
        {
            Add("Initialized", true, phase == "Succeeded" ? "PodCompleted" : "", "");
        }
        else
        {
            Add("Initialized", false, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(" ", incomplete)}]");
        }
        foreach (string type in (string[])["Ready", "ContainersReady"])
        {
            switch (phase)
            {
                case "Succeeded":
                    Add(type, false, "PodCompleted", "");
                    break;
                case "Failed":
                    Add(type, false, "PodFailed", "");
                    break;
                default:
                    Add(type, unready.Count == 0, unready.Count == 0 ? "" : "ContainersNotReady",
                        unready.Count == 0 ? "" : $"containers with unready status: [{string.Join(" ", unready)}]");
                    break;
            }
        }
        Add("PodScheduled", true, "", "");
        foreach (var other in (pod.Arr("status", "conditions") ?? []).OfType<JsonObject>())
        {
            if (!conditions.Any(c => c.Str("type") == other.Str("type")))
            {
                conditions.Add(other.DeepClone());
            }
        }
        return conditions;

        void Add(string type, bool value, string reason, string message)
        {
            string status = value ? "True" : "False";
            var before = (pod.Arr("status", "conditions") ?? []).OfType<JsonObject>().FirstOrDefault(c => c.Str("type") == type);
            var condition = new JsonObject { ["type"] = type };
            if (pod.Long("metadata", "generation") is { } generation)
            {
                condition["observedGeneration"] = generation;
            }
            condition["status"] = status;
            condition["lastProbeTime"] = null;
            condition["lastTransitionTime"] = before?.Str("status") == status
                ? before.Str("lastTransitionTime") ?? PodStatus.Time(now)
                : PodStatus.Time(now);
            if (reason.Length > 0)
            {
                condition["reason"] = reason;
            }
            if (message.Length > 0)
            {
                condition["message"] = message;
            }
            conditions.Add(condition);
        }
    }
}
