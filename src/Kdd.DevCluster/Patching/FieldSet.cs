using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Patching;

/// <summary>
/// A set of fields, as managedFields' FieldsV1 writes it: children <c>f:name</c>, <c>k:{…}</c> for items of map lists and
/// <c>v:…</c> for items of sets. A field is in the set itself when it is a leaf or holds <c>.</c>.
/// </summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    /// <summary>Whether the field itself is in the set, not only fields below it.</summary>
    public bool Member { get; set; }

    public bool IsEmpty => !Member && _children.Values.All(c => c.IsEmpty);

    public IEnumerable<KeyValuePair<string, FieldSet>> Children => _children;

    public FieldSet? Child(string key) => _children.GetValueOrDefault(key);

    /// <summary>The child of a key, made when missing.</summary>
    public FieldSet Into(string key)
    {
        if (!_children.TryGetValue(key, out var child))
        {
            _children[key] = child = new FieldSet();
        }

        return child;
    }

    public static FieldSet Parse(JsonObject? fields)
    {
        var set = new FieldSet { Member = fields is null or { Count: 0 } };
        foreach (var (key, value) in fields ?? [])
        {
            if (key == ".")
            {
                set.Member = true;
            }
            else
            {
                set._children[key] = Parse(value as JsonObject);
            }
        }

        return set;
    }

    /// <summary>The set of a managedFields entry: its root is no field.</summary>
    public static FieldSet ParseRoot(JsonObject? fields)
    {
        var set = Parse(fields);
        set.Member = false;
        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Member && _children.Values.Any(c => !c.IsEmpty))
        {
            json["."] = new JsonObject();
        }

        foreach (var (key, child) in _children)
        {
            if (!child.IsEmpty)
            {
                json[key] = child.ToJson();
            }
        }

        return json;
    }

    public FieldSet Union(FieldSet? other)
    {
        var result = new FieldSet { Member = Member || other?.Member == true };
        foreach (var key in _children.Keys.Union(other?._children.Keys ?? Enumerable.Empty<string>()))
        {
            result._children[key] = (Child(key) ?? new FieldSet()).Union(other?.Child(key));
        }

        return result;
    }

    public FieldSet Except(FieldSet? other)
    {
        var result = new FieldSet { Member = Member && other?.Member != true };
        foreach (var (key, child) in _children)
        {
            result._children[key] = child.Except(other?.Child(key));
        }

        return result;
    }

    public FieldSet Intersect(FieldSet other)
    {
        var result = new FieldSet { Member = Member && other.Member };
        foreach (var (key, child) in _children)
        {
            if (other.Child(key) is { } match)
            {
                result._children[key] = child.Intersect(match);
            }
        }

        return result;
    }

    /// <summary>Paths of the fields in the set, as conflicts name them: <c>.spec.tail</c>, <c>.status.conditions[type="Ready"].status</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (Member && prefix.Length > 0)
        {
            yield return prefix;
        }

        foreach (var (key, child) in _children)
        {
            foreach (var path in child.Paths(prefix + Step(key)))
            {
                yield return path;
            }
        }
    }

    private static string Step(string key) => key[0] switch
    {
        'f' => "." + key[2..],
        'k' when JsonNode.Parse(key[2..]) is JsonObject keys => "[" + string.Join(",", keys.Select(p => $"{p.Key}={p.Value?.ToJsonString()}")) + "]",
        _ => $"[={key[2..]}]",
    };
}
