using Kdd.Api.LogViews;

namespace Kdd.Operator.Reconciliation;

/// <summary>Builds the conditions of a status; one that says the same as before keeps its transition time.</summary>
internal sealed class Conditions(IReadOnlyList<Condition>? before, long generation, DateTimeOffset now)
{
    /// <summary>metav1.Condition allows 32,768; a status is read by people.</summary>
    private const int MaxMessage = 1024;

    private readonly List<Condition> _conditions = [];

    public IReadOnlyList<Condition> ToList() => _conditions;

    /// <param name="status">Null: Unknown.</param>
    public Conditions Set(string type, bool? status, string reason, string message)
    {
        string text = status switch { true => "True", false => "False", null => "Unknown" };
        Condition? previous = before?.FirstOrDefault(condition => condition.Type == type);
        _conditions.Add(new Condition
        {
            Type = type,
            Status = text,
            Reason = reason,
            Message = message.Length > MaxMessage ? message[..MaxMessage] : message,
            ObservedGeneration = generation,
            LastTransitionTime = previous?.Status == text ? previous.LastTransitionTime : now,
        });
        return this;
    }
}
