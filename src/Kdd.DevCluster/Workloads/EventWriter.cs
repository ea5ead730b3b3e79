using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Writes the Events of controllers and kubelet; one that repeats raises the count of the first.</summary>
public sealed class EventWriter(ObjectStore store, TimeProvider timeProvider)
{
    private static readonly ResourceKey Events = new("", "events");

    /// <summary>Records that something happened to an object.</summary>
    /// <param name="about">The object.</param>
    /// <param name="type">Normal or Warning.</param>
    /// <param name="reason">Reason in CamelCase.</param>
    /// <param name="message">What a user reads.</param>
    /// <param name="component">Who says so: kubelet, deployment-controller, …</param>
    /// <param name="container">The container it is about; null for the whole object.</param>
    public void Write(JsonObject about, string type, string reason, string message, string component, string? container = null)
    {
        string ns = about.Namespace() is { Length: > 0 } own ? own : "default";
        string now = PodStatus.Time(timeProvider.GetUtcNow());
        string name = NameOf(about, reason, message, container);
        var writer = store.As(component switch { "kubelet" => component, "default-scheduler" => "kube-scheduler", _ => "kube-controller-manager" });
        var repeated = writer.Mutate(Events, ns, name, existing =>
        {
            existing["count"] = (existing.Long("count") ?? 1) + 1;
            existing["lastTimestamp"] = now;
            return true;
        });
        if (repeated is not null || IsEnding(ns))
        {
            return;
        }
        var regarding = new JsonObject
        {
            ["kind"] = about.Str("kind"),
            ["namespace"] = about.Namespace(),
            ["name"] = about.Name(),
            ["uid"] = about.Uid(),
            ["apiVersion"] = about.Str("apiVersion"),
            ["resourceVersion"] = about.Str("metadata", "resourceVersion"),
        };
        if (container is not null)
        {
            regarding["fieldPath"] = $"spec.containers{{{container}}}";
        }
        try
        {
            writer.Create(Events, new JsonObject
            {
                ["kind"] = "Event",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
                ["involvedObject"] = regarding,
                ["reason"] = reason,
                ["message"] = message,
                ["source"] = new JsonObject { ["component"] = component },
                ["firstTimestamp"] = now,
                ["lastTimestamp"] = now,
                ["count"] = 1,
                ["type"] = type,
                ["eventTime"] = null,
                ["reportingComponent"] = component,
                ["reportingInstance"] = "",
            });
        }
        catch (Http.ApiException)
        {
            // Two at once: the other one has written it.
        }
    }

    private bool IsEnding(string ns) =>
        store.Get(new ResourceKey("", "namespaces"), null, ns) is not { } found || found["metadata"]?["deletionTimestamp"] is not null;

    // The same event of the same object has the same name, so that repeats are found without a search.
    private static string NameOf(JsonObject about, string reason, string message, string? container)
    {
        var hash = new HashCode();
        foreach (string part in (string[])[about.Uid(), reason, message, container ?? ""])
        {
            hash.Add(part, StringComparer.Ordinal);
        }
        string prefix = about.Name().Length > 200 ? about.Name()[..200] : about.Name();
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}.{(uint)hash.ToHashCode():x8}{(uint)StringComparer.Ordinal.GetHashCode(reason):x8}");
    }
}
