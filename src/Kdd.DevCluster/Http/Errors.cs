using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>The API server's failures by name, worded as it words them.</summary>
public static class Errors
{
    /// <summary>404 for an object.</summary>
    public static ApiException NotFound(ResourceKey type, string name) =>
        new(404, "NotFound", $"{type} \"{name}\" not found", Details(type, name));

    /// <summary>409 for a create of a name in use.</summary>
    public static ApiException AlreadyExists(ResourceKey type, string name) =>
        new(409, "AlreadyExists", $"{type} \"{name}\" already exists", Details(type, name));

    /// <summary>409 with the cause in the message.</summary>
    public static ApiException Conflict(ResourceKey type, string name, string cause) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {type} \"{name}\": {cause}", Details(type, name));

    /// <summary>409 for a stale resourceVersion.</summary>
    public static ApiException Modified(ResourceKey type, string name) => Conflict(
        type, name, "the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>400 for a request that cannot be understood.</summary>
    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    /// <summary>403.</summary>
    public static ApiException Forbidden(ResourceKey type, string name, string message) =>
        new(403, "Forbidden", message, Details(type, name));

    /// <summary>422 with the causes of a validation.</summary>
    /// <param name="group">Group of the kind.</param>
    /// <param name="kind">The kind, not the resource: validation speaks of kinds.</param>
    /// <param name="name">Object name.</param>
    /// <param name="causes">At least one.</param>
    public static ApiException Invalid(string group, string kind, string name, IReadOnlyList<FieldError> causes)
    {
        var qualified = group.Length == 0 ? kind : $"{kind}.{group}";
        var texts = causes.Select(c => c.ToString()).Distinct().ToList();
        var list = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        var details = Details(new ResourceKey(group, kind), name);
        details["causes"] = new JsonArray([.. causes.Select(c => (JsonNode)c.ToCause())]);
        return new(422, "Invalid", $"{qualified} \"{name}\" is invalid: {list}", details);
    }

    /// <summary>410 for a revision whose history is gone.</summary>
    public static ApiException Expired(string message, string? continueToken = null) => new(410, "Expired", message)
    {
        Continue = continueToken,
    };

    internal static JsonObject Details(ResourceKey type, string name)
    {
        var details = new JsonObject();
        if (name.Length > 0)
        {
            details["name"] = name;
        }

        if (type.Group.Length > 0)
        {
            details["group"] = type.Group;
        }

        if (type.Resource.Length > 0)
        {
            details["kind"] = type.Resource;
        }

        return details;
    }
}
