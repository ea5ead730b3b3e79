using System.Globalization;
using System.Text.Json;
using Kdd.Api.Wire;

namespace Kdd.EndToEnd.Tests.Wire;

/// <summary>A container instance by its pod and restart count; the tests' pods have one container.</summary>
internal sealed record InstanceKey(string Pod, int Restart);

/// <summary>The numbered lines that a reader took, by instance, in their order.</summary>
internal sealed class ReceivedLines
{
    private readonly Dictionary<InstanceKey, List<int>> _numbers = [];
    private readonly HashSet<string> _deleted = [];

    /// <summary>Pods whose writer said that it wrote its last line.</summary>
    public HashSet<string> Finished { get; } = [];

    public List<string> Gaps { get; } = [];

    public long Total => _numbers.Values.Sum(own => (long)own.Count);

    public void Add(string name, StreamCursor? cursor, JsonElement data)
    {
        if (name == StreamEvents.Gap)
        {
            Gaps.Add(data.GetRawText());
            if (data.GetProperty("reason").GetString() == GapReasons.Deleted && data.TryGetProperty("pod", out JsonElement pod))
            {
                _deleted.Add(pod.GetString()!);
            }
        }

        if (name != StreamEvents.Log)
        {
            return;
        }

        string message = data.GetProperty("message").GetString()!;
        if (message == "finished")
        {
            Finished.Add(data.GetProperty("pod").GetString()!);
        }
        else if (message.StartsWith("line ", StringComparison.Ordinal))
        {
            InstanceKey key = new(data.GetProperty("pod").GetString()!, cursor!.Value.Instance);
            (_numbers.TryGetValue(key, out List<int>? numbers) ? numbers : _numbers[key] = []).Add(int.Parse(message.AsSpan(5, message.IndexOf(' ', 5) - 5), CultureInfo.InvariantCulture));
        }
    }

    public List<int> Of(InstanceKey instance) => _numbers.GetValueOrDefault(instance) ?? [];

    /// <summary>Whether a gap said that the pod was deleted before its last lines were served: how many there were, nobody can know then.</summary>
    public bool DeclaredDeleted(string pod) => _deleted.Contains(pod);

    /// <summary>The first place where a number does not follow the one before.</summary>
    public string FirstBreak(InstanceKey instance)
    {
        List<int> numbers = Of(instance);
        int at = Enumerable.Range(0, numbers.Count).FirstOrDefault(index => numbers[index] != index + 1);
        return string.Join(' ', numbers.Skip(Math.Max(0, at - 2)).Take(6));
    }
}
