namespace Kdd.Api.Wire;

/// <summary>Paths of a LogView's stream, as route templates and built for one LogView.</summary>
public static class StreamPaths
{
    /// <summary>At the gateway.</summary>
    public const string PublicTemplate = "/api/logviews/{namespace}/{name}/stream";

    /// <summary>At the operator, port 8443, for the gateway only.</summary>
    public const string InternalTemplate = "/internal/logviews/{namespace}/{name}/stream";

    public static string Public(string ns, string name) => $"/api/logviews/{Uri.EscapeDataString(ns)}/{Uri.EscapeDataString(name)}/stream";

    public static string Internal(string ns, string name) => $"/internal/logviews/{Uri.EscapeDataString(ns)}/{Uri.EscapeDataString(name)}/stream";
}
