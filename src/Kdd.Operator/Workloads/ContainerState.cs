using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>A <c>v1.ContainerState</c>: one of waiting, running and terminated.</summary>
internal readonly record struct ContainerState(
    ContainerPhase Phase, string? Reason, string? Message, int? ExitCode, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? ContainerId)
{
    /// <summary><paramref name="reader"/> stands on the name of a <c>state</c> or <c>lastState</c> member.</summary>
    public static ContainerState Read(ref ObjectJsonReader reader)
    {
        ContainerState state = default;
        if (!JsonFields.EntersObject(ref reader))
        {
            return state;
        }

        while (JsonFields.NextMember(ref reader))
        {
            ContainerPhase phase = reader.ValueTextEquals("running"u8) ? ContainerPhase.Running
                : reader.ValueTextEquals("terminated"u8) ? ContainerPhase.Terminated
                : ContainerPhase.Waiting;
            if (JsonFields.EntersObject(ref reader))
            {
                state = ReadDetails(ref reader, phase);
            }
        }

        return state;
    }

    private static ContainerState ReadDetails(ref ObjectJsonReader reader, ContainerPhase phase)
    {
        var state = default(ContainerState) with { Phase = phase };
        while (JsonFields.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("reason"u8))
            {
                state = state with { Reason = JsonFields.Text(ref reader) };
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                state = state with { Message = JsonFields.Text(ref reader) };
            }
            else if (reader.ValueTextEquals("exitCode"u8))
            {
                state = state with { ExitCode = JsonFields.Integer(ref reader) };
            }
            else if (reader.ValueTextEquals("startedAt"u8))
            {
                state = state with { StartedAt = JsonFields.Time(ref reader) };
            }
            else if (reader.ValueTextEquals("finishedAt"u8))
            {
                state = state with { FinishedAt = JsonFields.Time(ref reader) };
            }
            else if (reader.ValueTextEquals("containerID"u8))
            {
                state = state with { ContainerId = JsonFields.Text(ref reader) };
            }
            else
            {
                JsonFields.SkipValue(ref reader);
            }
        }

        return state;
    }
}
