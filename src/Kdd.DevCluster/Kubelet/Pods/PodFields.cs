using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>The downward API: fields of a pod as text.</summary>
internal static class PodFields
{
    /// <summary>The value of a fieldRef's fieldPath; null for a path that the downward API does not have.</summary>
    public static string? Get(JsonObject pod, string fieldPath, string podIP, string hostIP)
    {
        if (Subscript(fieldPath, out string map, out string key))
        {
            return map is "metadata.labels" or "metadata.annotations" ? pod.Str("metadata", map["metadata.".Length..], key) ?? "" : null;
        }
        return fieldPath switch
        {
            "metadata.name" => pod.Name(),
            "metadata.namespace" => pod.Namespace(),
            "metadata.uid" => pod.Uid(),
            "metadata.labels" => Lines(pod.Obj("metadata", "labels")),
            "metadata.annotations" => Lines(pod.Obj("metadata", "annotations")),
            "spec.nodeName" => pod.Str("spec", "nodeName") ?? "",
            "spec.serviceAccountName" => pod.Str("spec", "serviceAccountName") ?? "",
            "status.hostIP" or "status.hostIPs" => hostIP,
            "status.podIP" or "status.podIPs" => podIP,
            _ => null,
        };
    }

    /// <summary>The value of a resourceFieldRef: a container's limit or request, else what the node has.</summary>
    public static string? GetResource(JsonObject container, string resource, string divisor)
    {
        string[] parts = resource.Split('.', 2);
        if (parts is not ["limits" or "requests", var name])
        {
            return null;
        }
        string text = container.Str("resources", parts[0], name) ?? container.Str("resources", "limits", name)
            ?? (name == "cpu" ? Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture) : "8Gi");
        decimal unit = divisor is "" or "0" ? 1 : ResourceQuantity.Parse(divisor);
        return decimal.Ceiling(ResourceQuantity.Parse(text) / unit).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    // metadata.labels['app.kubernetes.io/name']
    private static bool Subscript(string path, out string map, out string key)
    {
        int open = path.IndexOf("['", StringComparison.Ordinal);
        bool found = open > 0 && path.EndsWith("']", StringComparison.Ordinal);
        map = found ? path[..open] : "";
        key = found ? path[(open + 2)..^2] : "";
        return found;
    }

    private static string Lines(JsonObject? map)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in (map ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string escaped = ((string?)value ?? "").Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(text.Length > 0 ? "\n" : "").Append(key).Append("=\"").Append(escaped).Append('"');
        }
        return text.ToString();
    }
}
