namespace Kdd.PlainDesign;

/// <summary>A line as viewers of the straightforward design get it.</summary>
internal sealed record LogLine(string Type, string Pod, string Container, DateTime Timestamp, long Unix, string Message);
