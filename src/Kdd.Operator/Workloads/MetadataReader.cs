using System.Text.Json;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Workloads;

/// <summary>What pods and workloads have in common: the part of <c>metav1.ObjectMeta</c> that owner chains and selectors need.</summary>
internal struct MetadataReader()
{
    private static readonly IReadOnlyDictionary<string, string> s_noLabels = new Dictionary<string, string>();

    public string Namespace = "", Name = "", Uid = "", ResourceVersion = "";
    public IReadOnlyDictionary<string, string> Labels = s_noLabels;
    public IReadOnlyList<OwnerRecord> Owners = [];
    public DateTimeOffset? CreationTimestamp, DeletionTimestamp;

    /// <summary><paramref name="reader"/> stands on the name of the <c>metadata</c> member.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        if (!JsonFields.EntersObject(ref reader))
        {
            return;
        }

        while (JsonFields.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                Name = JsonFields.Text(ref reader) ?? "";
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                Namespace = JsonFields.Text(ref reader) ?? "";
            }
            else if (reader.ValueTextEquals("uid"u8))
            {
                Uid = JsonFields.Text(ref reader) ?? "";
            }
            else if (reader.ValueTextEquals("resourceVersion"u8))
            {
                ResourceVersion = JsonFields.Text(ref reader) ?? "";
            }
            else if (reader.ValueTextEquals("creationTimestamp"u8))
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

    private void ReadLabels(ref Utf8JsonReader reader)
    {
        if (!JsonFields.EntersObject(ref reader))
        {
            return;
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        while (JsonFields.NextMember(ref reader))
        {
            string key = reader.GetString()!;
            labels[key] = JsonFields.Text(ref reader) ?? "";
        }

        Labels = labels.Count == 0 ? s_noLabels : labels;
    }

    private void ReadOwners(ref Utf8JsonReader reader)
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
                if (reader.ValueTextEquals("apiVersion"u8))
                {
                    apiVersion = JsonFields.Text(ref reader) ?? "";
                }
                else if (reader.ValueTextEquals("kind"u8))
                {
                    kind = JsonFields.Text(ref reader) ?? "";
                }
                else if (reader.ValueTextEquals("name"u8))
                {
                    name = JsonFields.Text(ref reader) ?? "";
                }
                else if (reader.ValueTextEquals("uid"u8))
                {
                    uid = JsonFields.Text(ref reader) ?? "";
                }
                else if (reader.ValueTextEquals("controller"u8))
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
