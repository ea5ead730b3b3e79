using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Compares a recorded body with ours, field by field; what changes from run to run must change alike.</summary>
internal sealed partial class AnswerComparison(RecordedValues values)
{
    private readonly List<string> _differences = [];

    private bool _collection;

    public IReadOnlyList<string> Differences => _differences;

    public void Add(string difference) => _differences.Add(difference);

    /// <summary>Compares whole answers.</summary>
    public void CompareAnswer(JsonNode? recorded, JsonNode? ours)
    {
        var kind = recorded is JsonObject ? (string?)recorded["kind"] ?? "" : "";
        _collection = kind == "Table" || kind.EndsWith("List", StringComparison.Ordinal);
        Compare(recorded, ours);
    }

    public void Compare(JsonNode? recorded, JsonNode? ours, string path = "")
    {
        switch (recorded, ours)
        {
            case (JsonObject a, JsonObject b):
                (a, b) = (WithPlainKeys(a), WithPlainKeys(b));
                foreach (var key in a.Select(p => p.Key).Union(b.Select(p => p.Key)))
                {
                    var at = $"{path}.{key}";
                    if (!b.ContainsKey(key))
                    {
                        if (key == "extra" && a[key]?.ToJsonString().Contains("X509SHA256", StringComparison.Ordinal) == true)
                        {
                            continue; // the recorded users had certificates, ours have tokens
                        }

                        Add($"{at}: missing, recorded {Show(a[key])}");
                    }
                    else if (!a.ContainsKey(key))
                    {
                        Add($"{at}: {Show(b[key])} was not recorded");
                    }
                    else
                    {
                        CompareField(key, a[key], b[key], at);
                    }
                }

                break;
            case (JsonArray a, JsonArray b):
                if (a.Count != b.Count)
                {
                    Add($"{path}: {b.Count} items, recorded {a.Count}");
                    break;
                }

                for (var i = 0; i < a.Count; i++)
                {
                    Compare(a[i], b[i], $"{path}[{i}]");
                }

                break;
            default:
                if (!Same(recorded, ours))
                {
                    Add($"{path}: {Show(ours)}, recorded {Show(recorded)}");
                }

                break;
        }
    }

    // Keys of managedFields hold uids and addresses.
    private static JsonObject WithPlainKeys(JsonObject obj) => obj.Any(p => p.Key.StartsWith("k:{", StringComparison.Ordinal))
        ? new JsonObject(obj.Select(p => KeyValuePair.Create(Normal(p.Key), p.Value?.DeepClone())))
        : obj;

    private void CompareField(string key, JsonNode? recorded, JsonNode? ours, string path)
    {
        if (key == "resourceVersion" && _collection && path == ".metadata.resourceVersion")
        {
            // A list's version moves with every write to the recorded cluster, whoever made it.
            values.Match("list", recorded?.ToString() ?? "", ours?.ToString() ?? "");
        }
        else if (key == "managedFields" && recorded is JsonArray a0 && ours is JsonArray b0)
        {
            // Entries are sorted by time, and the replay takes less of it than the recording did.
            Compare(Sorted(a0), Sorted(b0), path);
        }
        else if (key is "uid" or "resourceVersion" or "continue" && Text(recorded) is { Length: > 0 } a && Text(ours) is { Length: > 0 } b)
        {
            // A precondition's or a list's own version may repeat without an object that has it.
            if (!values.Match(key, a, b))
            {
                Add($"{path}: {b} stands for another value than in the recording (recorded {a}, which was {values.Ours(key, a)})");
            }
        }
        else if (key == "restartCount")
        {
            // The recorded pod had been restarting for longer.
            Compare((int)recorded! > 0, (int)ours! > 0, path);
        }
        else if (key == "remainingItemCount" && (int)recorded! is >= 8 and var more)
        {
            // The recorded demo had more pods.
            Compare(more > 0, (int)ours! > 0, path);
        }
        else if (key is "gitCommit" or "goVersion" or "compiler" or "storageVersionHash" or "token" or "serverAddress" or "authentication.kubernetes.io/credential-id")
        {
            if (recorded?.GetValueKind() != ours?.GetValueKind())
            {
                Add($"{path}: {Show(ours)}, recorded {Show(recorded)}");
            }
        }
        else
        {
            Compare(recorded, ours, path);
        }
    }

    private static JsonArray Sorted(JsonArray entries) => new([.. entries
        .OrderBy(e => $"{e?["manager"]} {e?["operation"]} {e?["apiVersion"]} {e?["subresource"]}", StringComparer.Ordinal).Select(e => e?.DeepClone())]);

    private static bool Same(JsonNode? recorded, JsonNode? ours) =>
        JsonNode.DeepEquals(recorded, ours) || (Text(recorded) is { } a && Text(ours) is { } b && Normal(a) == Normal(b));

    private static string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    // Times, ages, generated names' suffixes, revisions in messages, addresses and ids that are drawn.
    private static string Normal(string text)
    {
        text = Uid().Replace(Time().Replace(text, "<time>"), "<uid>");
        text = Address().Replace(Id().Replace(text, "$1<id>"), "<address>");
        text = Hash().Replace(PodName().Replace(Suffix().Replace(text, "$1<suffix>"), "$1<name>"), "<hash>");
        text = Restarts().Replace(text, "<n> (<age> ago)");
        return Number().Replace(Age().Replace(text, "<age>"), "<n>");
    }

    private static string Show(JsonNode? node)
    {
        var text = node?.ToJsonString() ?? "null";
        return text.Length > 300 ? text[..300] + "…" : text;
    }

    [GeneratedRegex(@"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uid();

    [GeneratedRegex("""\b(gen-|w0[-.])[bcdfghjklmnpqrstvwxz2456789]{5}\b""")]
    private static partial Regex Suffix();

    // Pods of the demo workloads, and what is named by a hash of a template.
    [GeneratedRegex("\\b((?:web|crash|chatty|agent|kube-api-access|db)-)(?:[bcdfghjklmnpqrstvwxz0-9]{8,10}(?:-[bcdfghjklmnpqrstvwxz2456789]{5})?|[bcdfghjklmnpqrstvwxz2456789]{5})(?=$|[\" -])")]
    private static partial Regex PodName();

    [GeneratedRegex("(containerd://|sha256:)[0-9a-f]{64}")]
    private static partial Regex Id();

    [GeneratedRegex(@"\b(?:10\.244|127)\.[0-9]+\.[0-9]+(?:\.[0-9]+)?\b")]
    private static partial Regex Address();

    [GeneratedRegex(@"^[1-9][0-9]* \(([0-9]+[smhd])+ ago\)$")]
    private static partial Regex Restarts();

    // A template's hash by itself.
    [GeneratedRegex("^[456789bcdf]{8,10}$")]
    private static partial Regex Hash();

    [GeneratedRegex("^([0-9]+[smhd])+$")]
    private static partial Regex Age();

    [GeneratedRegex(@"(?<=resource version: |\()[0-9]+|(?<=current: )[0-9]+")]
    private static partial Regex Number();
}
