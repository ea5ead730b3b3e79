using System.Text.Json;
using Kdd.Kubernetes;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>An object that owns pods, or owns what owns them: identity and owners, and for a Job whether it has ended.</summary>
/// <param name="Finished">A Job whose Complete or Failed condition is true: it will make no further pod.</param>
public sealed record WorkloadRecord(NamespacedName Name, string Uid, string ResourceVersion, IReadOnlyList<OwnerRecord> Owners, bool Finished)
{
    /// <summary>Metadata only: what the owner chain needs, a tenth of the bytes.</summary>
    internal static readonly ObjectFormat<WorkloadRecord> Metadata = new(Read, static w => w.Name, static w => w.ResourceVersion, MetadataOnly: true);

    /// <summary>With the conditions, for Jobs.</summary>
    internal static readonly ObjectFormat<WorkloadRecord> Whole = new(Read, static w => w.Name, static w => w.ResourceVersion);

    internal static WorkloadRecord Read(ref ObjectJsonReader reader)
    {
        var metadata = new MetadataReader();
        bool finished = false;
        while (JsonFields.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                metadata.Read(ref reader);
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                finished = ReadFinished(ref reader);
            }
            else
            {
                JsonFields.SkipValue(ref reader);
            }
        }

        return new WorkloadRecord(new NamespacedName(metadata.Namespace, metadata.Name), metadata.Uid, metadata.ResourceVersion, metadata.Owners, finished);
    }

    private static bool ReadFinished(ref ObjectJsonReader reader)
    {
        bool finished = false;
        if (!JsonFields.EntersObject(ref reader))
        {
            return finished;
        }

        while (JsonFields.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("conditions"u8) && JsonFields.EntersArray(ref reader))
            {
                while (JsonFields.NextObject(ref reader))
                {
                    finished |= ConditionRecord.Read(ref reader) is { Type: "Complete" or "Failed", Status: "True" };
                }
            }
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                JsonFields.SkipValue(ref reader);
            }
        }

        return finished;
    }
}
