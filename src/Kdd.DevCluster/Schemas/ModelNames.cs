using System.Text.RegularExpressions;

namespace Kdd.DevCluster.Schemas;

/// <summary>Kubernetes' names of the C# models.</summary>
internal static partial class ModelNames
{
    /// <summary>Pod for V1Pod, Event for Corev1Event, HorizontalPodAutoscaler for V2HorizontalPodAutoscaler.</summary>
    public static string KindOf(Type model) => Prefix().Replace(model.Name, "");

    [GeneratedRegex("^(V[0-9]+((alpha|beta)[0-9]+)?|[A-Z][a-z]+v[0-9]+)")]
    private static partial Regex Prefix();
}
