using System.Text.Json.Nodes;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>Pods as the API server lists them, as far as the operator reads them.</summary>
internal static class PodJson
{
    /// <param name="told">What the API server was told of a container; null: what is.</param>
    public static string List(IEnumerable<ScriptedContainer> containers, Func<ScriptedContainer, ContainerRecord?> told) => new JsonObject
    {
        ["kind"] = "PodList",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
        ["items"] = new JsonArray([.. containers.GroupBy(container => container.Uid).Select(pod => Pod([.. pod], told))]),
    }.ToJsonString();

    private static JsonObject Pod(ScriptedContainer[] containers, Func<ScriptedContainer, ContainerRecord?> told)
    {
        PodRecord pod = containers[0].ToPod();
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["namespace"] = pod.Namespace,
                ["name"] = pod.Name,
                ["uid"] = pod.Uid,
                ["resourceVersion"] = pod.ResourceVersion,
                ["deletionTimestamp"] = Time(pod.DeletionTimestamp),
            },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = pod.NodeName,
                ["containers"] = new JsonArray([.. containers.Select(container => new JsonObject { ["name"] = container.Name })]),
            },
            ["status"] = new JsonObject
            {
                ["phase"] = pod.Phase,
                ["containerStatuses"] = new JsonArray([.. containers.Select(container => Status(told(container) ?? container.ToPod().Containers.Single()))]),
            },
        };
    }

    private static JsonObject Status(ContainerRecord container) => new()
    {
        ["name"] = container.Name,
        ["restartCount"] = container.RestartCount,
        ["containerID"] = container.ContainerId,
        ["state"] = container.Phase switch
        {
            ContainerPhase.Waiting => new JsonObject { ["waiting"] = new JsonObject { ["reason"] = container.Reason } },
            ContainerPhase.Running => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(container.StartedAt) } },
            _ => new JsonObject { ["terminated"] = Terminated(container.ContainerId, container.ExitCode ?? 0, container.Reason, container.StartedAt, container.FinishedAt) },
        },
        ["lastState"] = container.LastTerminated is { } last
            ? new JsonObject { ["terminated"] = Terminated(last.ContainerId, last.ExitCode, last.Reason, last.StartedAt, last.FinishedAt) }
            : [],
    };

    private static JsonObject Terminated(string? id, int exitCode, string? reason, DateTimeOffset? startedAt, DateTimeOffset? finishedAt) => new()
    {
        ["containerID"] = id,
        ["exitCode"] = exitCode,
        ["reason"] = reason,
        ["startedAt"] = Time(startedAt),
        ["finishedAt"] = Time(finishedAt),
    };

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
