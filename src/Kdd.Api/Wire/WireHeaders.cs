namespace Kdd.Api.Wire;

/// <summary>HTTP headers of the stream's wire, beyond the standard ones.</summary>
public static class WireHeaders
{
    /// <summary>Gateway to operator: the viewer's user name, percent-encoded; for limits and audit only, never for access.</summary>
    public const string Viewer = "Kdd-Viewer";

    /// <summary>With 421: the member that owns the namespace.</summary>
    public const string Owner = "Kdd-Owner";

    /// <summary>The browser's own name for the position after which a stream goes on.</summary>
    public const string LastEventId = "Last-Event-ID";
}

/// <summary>Media types a stream is served as; the first is the default.</summary>
public static class StreamMediaTypes
{
    public const string EventStream = "text/event-stream";

    /// <summary>One JSON object a line: the <c>data</c> of the events.</summary>
    public const string NdJson = "application/x-ndjson";

    /// <summary><c>pod/container message</c> lines, for curl and less.</summary>
    public const string PlainText = "text/plain";
}
