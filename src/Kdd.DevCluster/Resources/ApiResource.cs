using System.Text.Json.Nodes;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>One resource in one version, as discovery shows it and requests address it.</summary>
internal sealed record ApiResource
{
    /// <summary>Verbs of a resource with storage.</summary>
    public static readonly string[] StandardVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Resource { get; init; }

    public required string Kind { get; init; }

    public required bool Namespaced { get; init; }

    public required Schema Schema { get; init; }

    public string ListKind => ListKindName ?? $"{Kind}List";

    public string? ListKindName { get; init; }

    public string Singular { get; init; } = "";

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = StandardVerbs;

    /// <summary>status, scale and those that other handlers serve.</summary>
    public IReadOnlyList<string> Subresources { get; init; } = [];

    /// <summary>Where its objects are stored; events of both groups share one storage.</summary>
    public ResourceKey Storage { get; init; }

    /// <summary>The definition behind a custom resource; null for built-in ones.</summary>
    public JsonObject? Definition { get; init; }

    /// <summary>The definition's entry for this version; null for built-in ones.</summary>
    public JsonObject? DefinitionVersion { get; init; }

    /// <summary>storage of the definition: objects are kept in this version.</summary>
    public string StorageVersion { get; init; } = "";

    public bool IsCustom => Definition is not null;

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public ResourceKey Key => new(Group, Resource);

    /// <summary>Whether the status is written through its own sub-resource only.</summary>
    public bool HasStatus => Subresources.Contains("status");

    public bool HasScale => Subresources.Contains("scale");

    /// <summary>Whether objects are stored at all; reviews are not.</summary>
    public bool HasStorage => Verbs.Contains("get");
}
