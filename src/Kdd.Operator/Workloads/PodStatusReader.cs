using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>The part of <c>v1.PodStatus</c> that a session needs.</summary>
internal struct PodStatusReader()
{
    public string Phase = "Unknown";
    public string? Reason;
    public bool Ready;
    public readonly Dictionary<string, ContainerRecord> Containers = new(StringComparer.Ordinal);

    /// <summary><paramref name="reader"/> stands on the name of the <c>status</c> member.</summary>
    public void Read(ref ObjectJsonReader reader)
    {
        if (!JsonFields.EntersObject(ref reader))
        {
            return;
        }

        while (JsonFields.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("phase"u8))
            {
                Phase = JsonFields.Text(ref reader) is { Length: > 0 } phase ? string.IsInterned(phase) ?? phase : "Unknown";
            }
            else if (reader.ValueTextEquals("reason"u8))
            {
                Reason = JsonFields.Text(ref reader);
            }
            else if (reader.ValueTextEquals("conditions"u8))
            {
                ReadConditions(ref reader);
            }
            else if (reader.ValueTextEquals("containerStatuses"u8)
                || reader.ValueTextEquals("initContainerStatuses"u8)
                || reader.ValueTextEquals("ephemeralContainerStatuses"u8))
            {
                ContainerReader.ReadStatuses(ref reader, Containers);
            }
            else
            {
                JsonFields.SkipValue(ref reader);
            }
        }
    }

    private void ReadConditions(ref ObjectJsonReader reader)
    {
        if (!JsonFields.EntersArray(ref reader))
        {
            return;
        }

        while (JsonFields.NextObject(ref reader))
        {
            ConditionRecord condition = ConditionRecord.Read(ref reader);
            Ready |= condition is { Type: "Ready", Status: "True" };
        }
    }
}
