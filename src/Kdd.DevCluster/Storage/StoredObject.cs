using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Storage;

/// <summary>One version of an object as the store keeps it: the tree for reading, the bytes for sending. Never changed.</summary>
internal sealed class StoredObject
{
    private StoredObject(string key, string ns, string name, JsonObject obj, byte[] json, long revision)
    {
        (Key, Namespace, Name, Object, Utf8, Revision) = (key, ns, name, obj, json, revision);
    }

    public string Key { get; }

    public string Namespace { get; }

    public string Name { get; }

    public JsonObject Object { get; }

    public byte[] Utf8 { get; }

    public long Revision { get; }

    /// <summary>etcd's order: namespace, slash, name, as bytes. Cluster-scoped objects sort by name.</summary>
    public static string KeyOf(string? ns, string name) => string.IsNullOrEmpty(ns) ? name : $"{ns}/{name}";

    /// <summary>A key to search with.</summary>
    public static StoredObject Probe(string key) => new(key, "", "", [], [], 0);

    /// <summary>Writes the revision into a tree and freezes it.</summary>
    public static StoredObject Freeze(JsonObject obj, long revision)
    {
        obj.Metadata()["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var json = Json.ToUtf8(obj);
        var tree = (JsonObject)Json.Parse(json)!;
        return new(KeyOf(tree.Namespace(), tree.Name()), tree.Namespace(), tree.Name(), tree, json, revision);
    }
}

/// <summary>Orders stored objects by key, as etcd does.</summary>
internal sealed class StoredObjectOrder : IComparer<StoredObject>
{
    public static StoredObjectOrder Instance { get; } = new();

    public int Compare(StoredObject? x, StoredObject? y) => string.CompareOrdinal(x?.Key, y?.Key);
}
