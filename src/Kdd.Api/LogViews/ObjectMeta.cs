using System.Text.Json.Serialization;

namespace Kdd.Api.LogViews;

/// <summary>The part of <c>metav1.ObjectMeta</c> that kdd reads. The CRD declares it as a bare object, as every CRD does.</summary>
public sealed record ObjectMeta
{
    public string Name { get; set; } = "";
    public string Namespace { get; set; } = "";
    public string Uid { get; set; } = "";

    /// <summary>Opaque: compare for equality only.</summary>
    public string ResourceVersion { get; set; } = "";

    /// <summary>Counts changes of the spec; status writes leave it.</summary>
    public long Generation { get; set; }
    [JsonConverter(typeof(TimeJsonConverter))]
    public DateTimeOffset? CreationTimestamp { get; set; }
    [JsonConverter(typeof(TimeJsonConverter))]
    public DateTimeOffset? DeletionTimestamp { get; set; }
    public IReadOnlyDictionary<string, string>? Labels { get; set; }
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}
