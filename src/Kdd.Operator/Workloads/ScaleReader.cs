using System.Text.Json.Serialization;
using Kdd.Kubernetes;

namespace Kdd.Operator.Workloads;

/// <summary>Reads the pod selector that a <c>scale</c> subresource states (<c>autoscaling/v1</c> Scale, status.selector).</summary>
internal sealed class ScaleReader(KubernetesApi api)
{
    public static readonly TimeSpan Recheck = TimeSpan.FromSeconds(30);

    /// <summary>A null predicate without a problem: the workload states no selector.</summary>
    public async Task<(Func<IReadOnlyDictionary<string, string>, bool>? Matches, WorkloadResolution? Problem)> ReadSelectorAsync(
        WorkloadKind kind, NamespacedName workload, CancellationToken cancellationToken)
    {
        try
        {
            Scale scale = await api.GetAsync(ApiPath.To(kind.Type).Named(workload).Subresource("scale"), ScaleJson.Default.Scale, cancellationToken);
            return string.IsNullOrEmpty(scale.Status?.Selector) ? default : (PodSelector.Parse(scale.Status.Selector), null);
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return (null, new WorkloadResolution.Forbidden(e.Message));
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return default;
        }
        catch (FormatException e)
        {
            return (null, new WorkloadResolution.Invalid(e.Message));
        }
    }
}

internal sealed record Scale(ScaleStatus? Status);

internal sealed record ScaleStatus(string? Selector);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Scale))]
internal sealed partial class ScaleJson : JsonSerializerContext;
