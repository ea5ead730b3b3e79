using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>Reads containers out of a pod: their declaration in the spec and what the status says of them.</summary>
internal static class ContainerReader
{
    /// <summary><paramref name="reader"/> stands on the name of one of the spec's container lists.</summary>
    public static void ReadDeclared(ref ObjectJsonReader reader, ContainerRole role, List<ContainerRecord> containers)
    {
        if (!JsonFields.EntersArray(ref reader))
        {
            return;
        }

        while (JsonFields.NextObject(ref reader))
        {
            string name = "";
            string? image = null;
            bool restartsAlways = false;
            while (JsonFields.NextMember(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                {
                    name = JsonFields.Text(ref reader) ?? "";
                }
                else if (reader.ValueTextEquals("image"u8))
                {
                    image = JsonFields.Text(ref reader);
                }
                else if (reader.ValueTextEquals("restartPolicy"u8))
                {
                    restartsAlways = JsonFields.Text(ref reader) == "Always";
                }
                else
                {
                    JsonFields.SkipValue(ref reader);
                }
            }

            // KEP-753: an init container that restarts always is a sidecar.
            containers.Add(new ContainerRecord { Name = name, Image = image, Role = role == ContainerRole.Init && restartsAlways ? ContainerRole.Sidecar : role });
        }
    }

    /// <summary><paramref name="reader"/> stands on the name of one of the status's container lists.</summary>
    public static void ReadStatuses(ref ObjectJsonReader reader, Dictionary<string, ContainerRecord> statuses)
    {
        if (!JsonFields.EntersArray(ref reader))
        {
            return;
        }

        while (JsonFields.NextObject(ref reader))
        {
            ContainerRecord status = ReadStatus(ref reader);
            statuses[status.Name] = status;
        }
    }

    private static ContainerRecord ReadStatus(ref ObjectJsonReader reader)
    {
        var status = new ContainerRecord { Name = "" };
        while (JsonFields.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                status = status with { Name = JsonFields.Text(ref reader) ?? "" };
            }
            else if (reader.ValueTextEquals("containerID"u8))
            {
                status = status with { ContainerId = JsonFields.Text(ref reader) is { Length: > 0 } id ? id : null };
            }
            else if (reader.ValueTextEquals("restartCount"u8))
            {
                status = status with { RestartCount = JsonFields.Integer(ref reader) };
            }
            else if (reader.ValueTextEquals("ready"u8))
            {
                status = status with { Ready = JsonFields.Boolean(ref reader) };
            }
            else if (reader.ValueTextEquals("state"u8))
            {
                ContainerState state = ContainerState.Read(ref reader);
                status = status with
                {
                    Phase = state.Phase,
                    Reason = state.Reason,
                    Message = state.Message,
                    ExitCode = state.ExitCode,
                    StartedAt = state.StartedAt,
                    FinishedAt = state.FinishedAt,
                };
            }
            else if (reader.ValueTextEquals("lastState"u8))
            {
                ContainerState last = ContainerState.Read(ref reader);
                status = status with
                {
                    LastTerminated = last.ExitCode is { } exitCode ? new TerminatedRecord(last.ContainerId, exitCode, last.Reason, last.StartedAt, last.FinishedAt) : null,
                };
            }
            else
            {
                JsonFields.SkipValue(ref reader);
            }
        }

        return status;
    }
}
