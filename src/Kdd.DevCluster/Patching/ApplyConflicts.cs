using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Patching;

/// <summary>Fields that an apply changes and another manager owns.</summary>
internal static class ApplyConflicts
{
    /// <summary>Throws on conflicts, or takes the fields from their owners when forced.</summary>
    /// <exception cref="ApiException">409, worded as apimachinery's NewConflictError words it.</exception>
    public static void Resolve(List<ManagedEntry> entries, int mine, FieldSet changed, bool force)
    {
        var conflicts = new List<(string Owner, string Path)>();
        for (var i = 0; i < entries.Count; i++)
        {
            if (i == mine)
            {
                continue;
            }

            var contested = entries[i].Fields.Intersect(changed);
            if (force)
            {
                entries[i] = entries[i] with { Fields = entries[i].Fields.Except(changed) };
            }
            else
            {
                conflicts.AddRange(contested.Paths().Select(path => (Describe(entries[i]), path)));
            }
        }

        if (conflicts.Count > 0)
        {
            throw Conflict(conflicts);
        }
    }

    private static string Describe(ManagedEntry entry)
    {
        var text = $"\"{entry.Manager}\"";
        if (entry.Subresource.Length > 0)
        {
            text += $" with subresource \"{entry.Subresource}\"";
        }

        if (entry.Operation == "Update")
        {
            text += $" using {entry.ApiVersion}";
        }

        return text;
    }

    private static ApiException Conflict(List<(string Owner, string Path)> conflicts)
    {
        string message;
        if (conflicts.Count == 1)
        {
            message = $"Apply failed with 1 conflict: conflict with {conflicts[0].Owner}: {conflicts[0].Path}";
        }
        else
        {
            var owners = conflicts.GroupBy(c => c.Owner).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => $"conflicts with {g.Key}:\n{string.Join("\n", g.Select(c => $"- {c.Path}"))}");
            message = $"Apply failed with {conflicts.Count} conflicts: {string.Join("\n", owners)}";
        }

        var causes = new JsonArray([.. conflicts.Select(c => (JsonNode)new JsonObject
        {
            ["reason"] = "FieldManagerConflict",
            ["message"] = $"conflict with {c.Owner}",
            ["field"] = c.Path,
        })]);
        return new ApiException(409, "Conflict", message, new JsonObject { ["causes"] = causes });
    }
}
