using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Patching;

/// <summary>JSON merge patch, RFC 7386.</summary>
internal static class MergePatch
{
    /// <summary>Applies a patch in place: null removes, objects merge, everything else replaces.</summary>
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject child:
                    if (target[name] is not JsonObject into)
                    {
                        into = [];
                        target[name] = into;
                    }

                    Apply(into, child);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }
}
