using System.Text.Json;
using System.Text.Json.Serialization;
using Kdd.Kubernetes.Informers;

namespace Kdd.Kubernetes.Leases;

/// <summary>The part of a <c>coordination.k8s.io/v1</c> Lease that membership needs.</summary>
internal sealed record LeaseRecord
{
    public string ApiVersion { get; set; } = "coordination.k8s.io/v1";
    public string Kind { get; set; } = "Lease";
    public LeaseMetadata Metadata { get; set; } = new();
    public LeaseSpec Spec { get; set; } = new();

    internal static readonly ObjectFormat<LeaseRecord> Format = new(
        static (ref ObjectJsonReader reader) => JsonSerializer.Deserialize(ref reader.Json, LeaseJson.Default.LeaseRecord)!,
        static lease => new NamespacedName(lease.Metadata.Namespace ?? "", lease.Metadata.Name),
        static lease => lease.Metadata.ResourceVersion ?? "");
}

internal sealed record LeaseMetadata
{
    public string Name { get; set; } = "";
    public string? Namespace { get; set; }
    public string? ResourceVersion { get; set; }
    public IReadOnlyDictionary<string, string>? Labels { get; set; }
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}

internal sealed record LeaseSpec
{
    public string? HolderIdentity { get; set; }
    public int? LeaseDurationSeconds { get; set; }

    /// <summary>As written (<see cref="MicroTime"/>). Only ever compared with itself: other machines' wall clocks are not ours.</summary>
    public string? AcquireTime { get; set; }
    public string? RenewTime { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LeaseRecord))]
internal sealed partial class LeaseJson : JsonSerializerContext;
