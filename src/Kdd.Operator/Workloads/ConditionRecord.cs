using Kdd.Kubernetes.Informers;

namespace Kdd.Operator.Workloads;

/// <summary>Type and status of a condition of any object.</summary>
internal readonly record struct ConditionRecord(string? Type, string? Status)
{
    /// <summary><paramref name="reader"/> stands on the condition's <c>{</c>.</summary>
    public static ConditionRecord Read(ref ObjectJsonReader reader)
    {
        string? type = null, status = null;
        while (JsonFields.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = JsonFields.Text(ref reader);
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                status = JsonFields.Text(ref reader);
            }
            else
            {
                JsonFields.SkipValue(ref reader);
            }
        }

        return new ConditionRecord(type, status);
    }
}
