using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>What pods and workloads have in common: the part of <c>metav1.ObjectMeta</c> that owner chains and selectors need.</summary>
internal struct MetadataReader()
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    public string Namespace = "", Name = "", Uid = "", ResourceVersion = "";
    public IReadOnlyDictionary<string, string> Labels = NoLabels;
    public IReadOnlyList<OwnerRecord> Owners = [];
    public DateTimeOffset? CreationTimestamp, DeletionTimestamp;

    /// <summary><paramref name="reader"/> stands on the name of the <c>metadata</c> member.</summary>
    public void Read(ref ObjectJsonReader reader)
    {
        if (!JsonFields.EntersObject(ref reader))
        {
            return;
        }

        while (JsonFields.NextMember(ref reader))
        {
            if (JsonFields.TakesText(ref reader, "name"u8, ref Name)
                || JsonFields.TakesText(ref reader, "namespace"u8, ref Namespace)
                || JsonFields.TakesText(ref reader, "uid"u8, ref Uid)
                || JsonFields.TakesText(ref reader, "resourceVersion"u8, ref ResourceVersion))
            {
                continue;
            }

            if (reader.ValueTextEquals("creationTimestamp"u8))
            {
                CreationTimestamp = JsonFields.Time(ref reader);
            }
            else if (reader.ValueTextEquals("deletionTimestamp"u8))
            {
                DeletionTimestamp = JsonFields.Time(ref reader);
            }
            else if (reader.ValueTextEquals("labels"u8))
            {
                ReadLabels(ref reader);
            }
            else if (reader.ValueTextEquals("ownerReferences"u8))
            {
                ReadOwners(ref reader);
            }
            else
            {
                JsonFields.SkipValue(ref reader);
            }
        }
    }

    private void ReadLabels(ref ObjectJsonReader reader)
    {
        if (!JsonFields.EntersObject(ref reader))
        {
            return;
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        while (JsonFields.NextMember(ref reader))
        {
            string key = reader.Json.GetString()!;
            labels[key] = JsonFields.Text(ref reader) ?? "";
        }

        Labels = labels.Count == 0 ? NoLabels : labels;
    }

    private void ReadOwners(ref ObjectJsonReader reader)
    {
        if (!JsonFields.EntersArray(ref reader))
        {
            return;
        }

        var owners = new List<OwnerRecord>(1);
        while (JsonFields.NextObject(ref reader))
        {
            string apiVersion = "", kind = "", name = "", uid = "";
            bool controller = false;
            while (JsonFields.NextMember(ref reader))
            {
                if (JsonFields.TakesText(ref reader, "apiVersion"u8, ref apiVersion)
                    || JsonFields.TakesText(ref reader, "kind"u8, ref kind)
                    || JsonFields.TakesText(ref reader, "name"u8, ref name)
                    || JsonFields.TakesText(ref reader, "uid"u8, ref uid))
                {
                    continue;
                }

                if (reader.ValueTextEquals("controller"u8))
                {
                    controller = JsonFields.Boolean(ref reader);
                }
                else
                {
                    JsonFields.SkipValue(ref reader);
                }
            }

            owners.Add(new OwnerRecord(apiVersion, kind, name, uid, controller));
        }

        Owners = owners;
    }
}
