using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Selectors;

/// <summary>A field selector: <c>metadata.name=x,status.phase!=Running</c>. Which fields there are depends on the resource.</summary>
internal sealed class FieldSelector
{
    private static readonly string[] Common = ["metadata.name", "metadata.namespace"];

    private static readonly Dictionary<ResourceKey, string[]> Selectable = new()
    {
        [new("", "pods")] = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
        [new("", "events")] = ["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"],
        [new("", "secrets")] = ["type"],
        [new("", "namespaces")] = ["status.phase"],
        [new("", "nodes")] = ["spec.unschedulable"],
        [new("", "services")] = ["spec.clusterIP", "spec.type"],
        [new("", "replicationcontrollers")] = ["status.replicas"],
        [new("apps", "replicasets")] = ["status.replicas"],
        [new("batch", "jobs")] = ["status.successful"],
    };

    private readonly List<(string Path, string Value, bool Equal)> _terms = [];

    /// <summary>Whether everything matches.</summary>
    public bool IsEmpty => _terms.Count == 0;

    /// <summary>The one object that a selector names; null when it names none.</summary>
    public string? Name => _terms.FirstOrDefault(t => t is { Path: "metadata.name", Equal: true }).Value;

    /// <exception cref="ApiException">400 for a field that the resource does not offer.</exception>
    public static FieldSelector Parse(string? text, ResourceKey resource, IEnumerable<string>? custom = null)
    {
        var selector = new FieldSelector();
        foreach (var term in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var op = term.Contains("!=", StringComparison.Ordinal) ? "!=" : term.Contains("==", StringComparison.Ordinal) ? "==" : "=";
            var at = term.IndexOf(op, StringComparison.Ordinal);
            if (at < 0)
            {
                throw Errors.BadRequest($"invalid selector: '{text}'; can't understand '{term}'");
            }

            var path = term[..at];
            if (!Common.Contains(path) && !(custom?.Contains(path) ?? Selectable.GetValueOrDefault(resource, []).Contains(path)))
            {
                throw Errors.BadRequest($"field label not supported: {path}");
            }

            selector._terms.Add((path, term[(at + op.Length)..], op != "!="));
        }

        return selector;
    }

    /// <summary>Whether an object matches.</summary>
    public bool Matches(JsonObject obj) => _terms.All(term => (ValueOf(obj, term.Path) == term.Value) == term.Equal);

    private static string ValueOf(JsonObject obj, string path)
    {
        JsonNode? node = obj;
        foreach (var key in path.Split('.'))
        {
            node = (node as JsonObject)?[key];
        }

        return node switch
        {
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            JsonObject source when path == "source" => source.Str("component") ?? "",
            null => path is "spec.unschedulable" or "spec.hostNetwork" ? "false" : "",
            _ => node.ToJsonString(),
        };
    }
}
