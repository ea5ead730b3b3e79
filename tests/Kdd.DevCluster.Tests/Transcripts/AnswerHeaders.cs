namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Compares the headers of an answer with the recorded ones.</summary>
internal static class AnswerHeaders
{
    private static readonly string[] Values = ["Content-Type", "Warning", "Retry-After", "Cache-Control", "X-Content-Type-Options", "Vary"];

    // Of these only that they are there: they are drawn anew or name a moment.
    private static readonly string[] Names = ["Audit-Id", "Etag", "Content-Encoding"];

    public static void Compare(TranscriptCase transcript, HttpResponseMessage response, AnswerComparison comparison)
    {
        string? Ours(string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(" || ", values)
            : response.Content.Headers.TryGetValues(name, out var content) ? string.Join(" || ", content) : null;
        foreach (string name in Values)
        {
            if (transcript.Header(name) != Ours(name))
            {
                comparison.Add($"{name}: {Ours(name) ?? "none"}, recorded {transcript.Header(name) ?? "none"}");
            }
        }

        foreach (string name in Names)
        {
            if (transcript.Header(name) is null != Ours(name) is null)
            {
                comparison.Add($"{name}: {Ours(name) ?? "none"}, recorded {transcript.Header(name) ?? "none"}");
            }
        }
    }
}
