using System.Text.Json.Serialization;
using Kdd.Api.LogViews;

namespace Kdd.Operator.Reconciliation;

/// <summary>
/// The partial LogView that server-side apply takes. Its resourceVersion is the one the status was decided on: two
/// replicas that both believe to own it cannot overwrite each other unseen.
/// </summary>
internal sealed record StatusApply(StatusApplyMetadata Metadata, LogViewStatus Status)
{
    public string ApiVersion { get; } = LogView.GroupName + "/" + LogView.VersionName;
    public string Kind { get; } = LogView.KindName;
}

internal sealed record StatusApplyMetadata(string Name, string Namespace, string ResourceVersion);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusApply))]
internal sealed partial class StatusApplyJson : JsonSerializerContext;
