using System.Text.Encodings.Web;

namespace Kdd.DevCluster.Storage;

/// <summary>Escapes what Go's encoding/json escapes (quotes, control characters) and leaves the rest of Unicode as it is.</summary>
internal static class GoEncoder
{
    public static JavaScriptEncoder Instance { get; } = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
}
