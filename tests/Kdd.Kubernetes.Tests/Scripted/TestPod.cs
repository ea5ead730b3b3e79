using System.Text.Json;
using System.Text.Json.Serialization;
using Kdd.Kubernetes.Informers;

namespace Kdd.Kubernetes.Tests;

/// <summary>A small object for informers to keep.</summary>
internal sealed record TestPod(TestMetadata Metadata, TestSpec? Spec)
{
    public static readonly ObjectFormat<TestPod> Format = new(
        static (ref ObjectJsonReader reader) => JsonSerializer.Deserialize(ref reader.Json, TestPodJson.Default.TestPod)!,
        static pod => new NamespacedName("shop", pod.Metadata.Name),
        static pod => pod.Metadata.ResourceVersion);

    public static string Json(string name, int version) => $$$"""{"kind":"Pod","metadata":{"name":"{{{name}}}","namespace":"shop","resourceVersion":"{{{version}}}"},"spec":{"node":"n1"}}""";

    /// <summary>Well-formed JSON of the wrong form.</summary>
    public static string Poison(string name, int version) => $$$"""{"kind":"Pod","metadata":{"name":"{{{name}}}","namespace":"shop","resourceVersion":"{{{version}}}"},"spec":{"node":["not","a","string"]}}""";

    public static string List(int version, string? next, params string[] items)
        => $$$"""{"kind":"PodList","metadata":{"resourceVersion":"{{{version}}}"{{{(next is null ? "" : $",\"continue\":\"{next}\"")}}}},"items":[{{{string.Join(',', items)}}}]}""";

    public static string Notification(string type, string json) => $$"""{"type":"{{type}}","object":{{json}}}""" + "\n";

    public static string Bookmark(int version) => Notification("BOOKMARK", $$$"""{"kind":"Pod","metadata":{"resourceVersion":"{{{version}}}"}}""");

    /// <summary>The bookmark that ends a list which comes as a stream (KEP-3157).</summary>
    public static string EndOfList(int version)
        => Notification("BOOKMARK", $$$$"""{"kind":"Pod","metadata":{"resourceVersion":"{{{{version}}}}","annotations":{"k8s.io/initial-events-end":"true"}}}""");

    public static string Expired => Notification("ERROR", """{"kind":"Status","status":"Failure","message":"too old resource version: 1 (9)","reason":"Expired","code":410}""");
}

internal sealed record TestMetadata(string Name, string ResourceVersion);

internal sealed record TestSpec(string Node);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TestPod))]
internal sealed partial class TestPodJson : JsonSerializerContext;
