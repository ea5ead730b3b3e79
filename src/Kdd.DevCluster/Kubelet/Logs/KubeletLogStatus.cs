using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>Which instance's log is meant, by the pod's status: kubelet_pods.go validateContainerLogStatus.</summary>
internal static class KubeletLogStatus
{
    /// <summary>The id of the instance.</summary>
    /// <exception cref="ApiException">400 when it has none: not started yet, or no previous one.</exception>
    public static string ContainerIdOf(JsonObject status, string pod, string container, bool previous)
    {
        var found = ((string[])["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"])
            .SelectMany(list => status.Arr(list) ?? [])
            .FirstOrDefault(entry => entry.Str("name") == container)
            ?? throw Errors.BadRequest($"container \"{container}\" in pod \"{pod}\" is not available");
        string last = found.Str("lastState", "terminated", "containerID") ?? "";
        if (previous)
        {
            return last.Length > 0
                ? last
                : throw Errors.BadRequest($"previous terminated container \"{container}\" in pod \"{pod}\" not found");
        }
        if (found.Obj("state", "running") is not null)
        {
            return found.Str("containerID") ?? "";
        }
        if (found.Obj("state", "terminated") is { } terminated)
        {
            return (terminated.Str("containerID") ?? "") is { Length: > 0 } id
                ? id
                : last.Length > 0 ? last : throw Errors.BadRequest($"container \"{container}\" in pod \"{pod}\" is terminated");
        }
        if (last.Length > 0)
        {
            return last;
        }
        string start = $"container \"{container}\" in pod \"{pod}\" is waiting to start";
        throw Errors.BadRequest(found.Str("state", "waiting", "reason") switch
        {
            "ErrImagePull" => $"{start}: image can't be pulled",
            "ImagePullBackOff" => $"{start}: trying and failing to pull image",
            { } reason => $"{start}: {reason}",
            null => $"{start} - no logs yet",
        });
    }
}
