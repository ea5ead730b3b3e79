using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Patching;

/// <summary>Who writes, as a managedFields entry names it.</summary>
/// <param name="Manager">fieldManager of the request, or the User-Agent up to its slash.</param>
/// <param name="ApiVersion">Version of the request.</param>
/// <param name="Subresource">status, or "".</param>
/// <param name="Now">Timestamp of the request.</param>
internal readonly record struct FieldWriter(string Manager, string ApiVersion, string Subresource, string Now);

/// <summary>One entry of metadata.managedFields.</summary>
internal sealed record ManagedEntry(string Manager, string Operation, string ApiVersion, string Subresource, string? Time, FieldSet Fields)
{
    public bool Is(FieldWriter writer, string operation) =>
        Manager == writer.Manager && Operation == operation && ApiVersion == writer.ApiVersion && Subresource == writer.Subresource;
}

/// <summary>Field ownership (KEP-555): updates take the fields they change, applies own what they state.</summary>
internal static class ManagedFields
{
    // Fields that nobody owns (apimachinery's stripSet).
    private static readonly FieldSet Unowned = FieldSet.ParseRoot((JsonObject)JsonNode.Parse("""
        {"f:apiVersion":{},"f:kind":{},"f:metadata":{".":{},"f:name":{},"f:namespace":{},"f:creationTimestamp":{},"f:selfLink":{},
        "f:uid":{},"f:clusterName":{},"f:generation":{},"f:managedFields":{},"f:resourceVersion":{},"f:deletionTimestamp":{},"f:deletionGracePeriodSeconds":{}}}
        """)!);

    /// <summary>Writes the ownership that an update leaves into the new object.</summary>
    /// <param name="old">What is stored; null on create.</param>
    /// <param name="next">The new object; its managedFields are replaced.</param>
    /// <param name="schema">Of the kind.</param>
    /// <param name="writer">Who updates.</param>
    public static void Update(JsonObject? old, JsonObject next, Schema schema, FieldWriter writer)
    {
        var entries = Read(next) is { Count: > 0 } given ? given : old is null ? [] : Read(old);
        var (changed, removed) = Changes(old ?? [], next, schema);
        var taken = entries.Select(e => e with { Fields = e.Fields.Except(changed).Except(removed) }).ToList();
        if (!changed.IsEmpty)
        {
            var mine = entries.FindIndex(e => e.Is(writer, "Update"));
            var fields = mine < 0 ? changed : entries[mine].Fields.Except(removed).Union(changed);
            var entry = new ManagedEntry(writer.Manager, "Update", writer.ApiVersion, writer.Subresource, writer.Now, fields);
            if (mine < 0)
            {
                taken.Add(entry);
            }
            else
            {
                taken[mine] = entry;
            }
        }

        Write(next, taken);
    }

    /// <summary>Applies a configuration: merges it, drops what the manager no longer states, and finds conflicts.</summary>
    /// <param name="live">What is stored; null when the apply creates it.</param>
    /// <param name="config">The applied configuration.</param>
    /// <param name="schema">Of the kind.</param>
    /// <param name="writer">Who applies.</param>
    /// <param name="force">Take fields over instead of conflicting.</param>
    /// <exception cref="ApiException">409 with a cause per conflicting field.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject config, Schema schema, FieldWriter writer, bool force)
    {
        var typed = FieldWalk.WithMetadata(schema);
        var entries = live is null ? [] : Read(live);
        if (live is not null && entries.Count == 0)
        {
            // Written without ownership: what is there counts as somebody's, so that an apply cannot take it unseen.
            var all = new FieldSet();
            FieldWalk.AddAll(live, typed, all, self: false);
            entries.Add(new ManagedEntry("before-first-apply", "Update", live.Str("apiVersion") ?? writer.ApiVersion, "", writer.Now, all.Except(Unowned)));
        }

        var set = new FieldSet();
        FieldWalk.AddLeaves(config, typed, set);
        set = set.Except(Unowned);
        var mine = entries.FindIndex(e => e.Is(writer, "Apply"));
        var merged = live is null ? (JsonObject)config.DeepClone() : ConfigMerge.Merge(live, config, typed);
        merged.Metadata().Remove("managedFields");
        if (mine >= 0)
        {
            var others = entries.Where((_, i) => i != mine).Aggregate(new FieldSet(), (all, e) => all.Union(e.Fields));
            ConfigMerge.Drop(merged, typed, entries[mine].Fields, set, others);
        }

        var (changed, removed) = Changes(live ?? [], merged, schema);
        for (var i = 0; i < entries.Count; i++)
        {
            if (i != mine)
            {
                entries[i] = entries[i] with { Fields = entries[i].Fields.Except(removed) };
            }
        }

        ApplyConflicts.Resolve(entries, mine, changed, force);
        var same = mine >= 0 && changed.IsEmpty && removed.IsEmpty && JsonNode.DeepEquals(entries[mine].Fields.ToJson(), set.ToJson());
        if (same)
        {
            return (JsonObject)live!.DeepClone();
        }

        var entry = new ManagedEntry(writer.Manager, "Apply", writer.ApiVersion, writer.Subresource, writer.Now, set);
        if (mine < 0)
        {
            entries.Add(entry);
        }
        else
        {
            entries[mine] = entry;
        }

        Write(merged, entries);
        return merged;
    }

    /// <summary>The entries of an object.</summary>
    public static List<ManagedEntry> Read(JsonObject obj) => [.. obj.Arr("metadata", "managedFields")?.OfType<JsonObject>()
        .Where(e => e.Str("operation") is not null)
        .Select(e => new ManagedEntry(
            e.Str("manager") ?? "", e.Str("operation")!, e.Str("apiVersion") ?? "", e.Str("subresource") ?? "", e.Str("time"),
            FieldSet.ParseRoot(e.Obj("fieldsV1")))) ?? []];

    private static (FieldSet Changed, FieldSet Removed) Changes(JsonObject old, JsonObject next, Schema schema)
    {
        var (changed, removed) = (new FieldSet(), new FieldSet());
        FieldWalk.Compare(old, next, FieldWalk.WithMetadata(schema), changed, removed);
        return (changed.Except(Unowned), removed.Except(Unowned));
    }

    private static void Write(JsonObject obj, List<ManagedEntry> entries)
    {
        var list = new JsonArray();
        foreach (var entry in entries.Where(e => !e.Fields.IsEmpty)
            .OrderBy(e => e.Operation, StringComparer.Ordinal).ThenBy(e => e.Time, StringComparer.Ordinal)
            .ThenBy(e => e.Manager, StringComparer.Ordinal).ThenBy(e => e.ApiVersion, StringComparer.Ordinal)
            .ThenBy(e => e.Subresource, StringComparer.Ordinal))
        {
            var json = new JsonObject
            {
                ["apiVersion"] = entry.ApiVersion,
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = entry.Fields.ToJson(),
                ["manager"] = entry.Manager,
                ["operation"] = entry.Operation,
            };
            if (entry.Subresource.Length > 0)
            {
                json["subresource"] = entry.Subresource;
            }

            if (entry.Time is not null)
            {
                json["time"] = entry.Time;
            }

            list.Add((JsonNode)json);
        }

        if (list.Count == 0)
        {
            obj.Metadata().Remove("managedFields");
        }
        else
        {
            obj.Metadata()["managedFields"] = list;
        }
    }
}
