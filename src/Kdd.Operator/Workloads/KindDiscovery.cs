using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kdd.Kubernetes;

namespace Kdd.Operator.Workloads;

/// <summary>Where the API server serves a kind, by the discovery documents of its group and version.</summary>
internal sealed class KindDiscovery(KubernetesApi api, TimeProvider timeProvider)
{
    /// <summary>How long an answer holds. A CRD that is installed later is found after this.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (ApiResourceList? List, long At)> _known = new();

    /// <summary>Null where the server does not serve the kind in that group and version.</summary>
    /// <exception cref="InvalidNameException">apiVersion is not <c>group/version</c> or <c>version</c>.</exception>
    public async Task<(WorkloadKind? Kind, bool Namespaced)> FindAsync(string apiVersion, string kind, CancellationToken cancellationToken)
    {
        string[] parts = apiVersion.Split('/');
        (string group, string version) = parts.Length == 2 ? (parts[0], parts[1]) : ("", apiVersion);
        ApiResourceList? list = await ReadAsync(group, version, cancellationToken);
        ApiResource? resource = list?.Resources.FirstOrDefault(r => r.Kind == kind && !r.Name.Contains('/'));
        if (resource is null)
        {
            return default;
        }

        bool hasScale = list!.Resources.Any(r => r.Name == resource.Name + "/scale");
        return (new WorkloadKind(new ResourceType(group, version, resource.Name, resource.Namespaced), kind, Between: null, hasScale), resource.Namespaced);
    }

    private async Task<ApiResourceList?> ReadAsync(string group, string version, CancellationToken cancellationToken)
    {
        string key = $"{group}/{version}";
        if (_known.TryGetValue(key, out var known) && timeProvider.GetElapsedTime(known.At) < Fresh)
        {
            return known.List;
        }

        ApiResourceList? list;
        try
        {
            byte[] body = await api.GetBytesAsync(ApiPath.Discovery(group, version), cancellationToken);
            list = JsonSerializer.Deserialize(body, DiscoveryJson.Default.ApiResourceList);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            list = null;
        }

        _known[key] = (list, timeProvider.GetTimestamp());
        return list;
    }
}

/// <summary>The part of <c>metav1.APIResourceList</c> that is needed.</summary>
internal sealed record ApiResourceList(IReadOnlyList<ApiResource> Resources);

internal sealed record ApiResource(string Name, string Kind, bool Namespaced);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiResourceList))]
internal sealed partial class DiscoveryJson : JsonSerializerContext;
