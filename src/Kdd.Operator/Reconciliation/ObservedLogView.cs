using System.Text.Json;
using System.Text.Json.Serialization;
using Kdd.Api.LogViews;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;

namespace Kdd.Operator.Reconciliation;

/// <summary>A LogView as it was read: one that this version cannot read still has a name, to say so in its status.</summary>
/// <param name="LogView">Null when it could not be read.</param>
/// <param name="Problem">Why not.</param>
public sealed record ObservedLogView(ObjectMeta Metadata, LogView? LogView, string? Problem)
{
    public static readonly ResourceType Type = new(Api.LogViews.LogView.GroupName, Api.LogViews.LogView.VersionName, Api.LogViews.LogView.PluralName);

    internal static readonly ObjectFormat<ObservedLogView> Format = new(Read, static o => o.Name, static o => o.Metadata.ResourceVersion);

    private static readonly LogViewJson Json = new(new JsonSerializerOptions(LogViewJson.Default.Options) { Converters = { new SharedStrings() } });

    public NamespacedName Name => new(Metadata.Namespace, Metadata.Name);

    private static ObservedLogView Read(ref ObjectJsonReader reader)
    {
        ObjectJsonReader start = reader;
        try
        {
            LogView logView = JsonSerializer.Deserialize(ref reader.Json, Json.LogView)!;
            return new ObservedLogView(logView.Metadata, logView, null);
        }
        catch (JsonException e)
        {
            // The schema refuses most of it; what an older schema let through must not stop the other LogViews.
            reader = start;
            ObjectMeta metadata = JsonSerializer.Deserialize(ref reader.Json, HeadJson.Default.LogViewHead)!.Metadata;
            return new ObservedLogView(metadata, null, $"{e.Path?.TrimStart('$', '.') ?? "spec"}: {e.Message}");
        }
    }
}

internal sealed record LogViewHead
{
    public ObjectMeta Metadata { get; set; } = new();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LogViewHead))]
internal sealed partial class HeadJson : JsonSerializerContext;
