using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Sends recorded requests to a DevCluster and compares the answers.</summary>
internal sealed class TranscriptReplay(TestCluster cluster, IReadOnlyDictionary<string, HttpClient> users, CancellationToken testCancelled)
{
    // The longest recorded watch takes 12 s.
    private static readonly TimeSpan CaseLimit = TimeSpan.FromSeconds(30);

    private readonly RecordedValues _values = new();
    private string _serviceAccountToken = "";
    private HttpResponseMessage? _sideWatch;

    /// <summary>Replays one case; empty when the answer is alike.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(TranscriptCase transcript)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(testCancelled);
        limit.CancelAfter(CaseLimit);
        var comparison = new AnswerComparison(_values);
        try
        {
            return await RunAsync(transcript, comparison, limit.Token);
        }
        catch (OperationCanceledException) when (!testCancelled.IsCancellationRequested)
        {
            comparison.Add($"no end within {CaseLimit}");
            return comparison.Differences;
        }
    }

    private async Task<IReadOnlyList<string>> RunAsync(TranscriptCase transcript, AnswerComparison comparison, CancellationToken cancellationToken)
    {
        if (transcript.Name == "lv-watch")
        {
            return await CompareSideWatchAsync(transcript, comparison, cancellationToken);
        }

        using var request = BuildRequest(transcript);
        var client = ClientOf(transcript);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if ((int)response.StatusCode != transcript.Status)
        {
            comparison.Add($"status {(int)response.StatusCode}, recorded {transcript.Status}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
            return comparison.Differences;
        }

        AnswerHeaders.Compare(transcript, response, comparison);
        if (transcript.Response["stream"] is JsonArray stream && !transcript.Name.Contains("one-object", StringComparison.Ordinal))
        {
            await WatchReplay.CompareAsync(transcript, stream, response, cluster, comparison, cancellationToken);
            return comparison.Differences;
        }

        CompareBody(transcript, await response.Content.ReadAsByteArrayAsync(cancellationToken), comparison);
        return comparison.Differences;
    }

    /// <summary>Opens the watch that saw all of the lv-* cases: it was recorded beside them.</summary>
    public async Task OpenSideWatchAsync(TranscriptCase transcript)
    {
        using var request = BuildRequest(transcript);
        request.RequestUri = new Uri(transcript.Path.Split("&timeoutSeconds=")[0], UriKind.Relative);
        _sideWatch = await ClientOf(transcript).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, testCancelled);
    }

    private async Task<IReadOnlyList<string>> CompareSideWatchAsync(TranscriptCase transcript, AnswerComparison comparison, CancellationToken cancellationToken)
    {
        AnswerHeaders.Compare(transcript, _sideWatch!, comparison);
        await WatchReplay.CompareAsync(transcript, (JsonArray)transcript.Response["stream"]!, _sideWatch!, cluster, comparison, cancellationToken, endsByItself: false);
        _sideWatch!.Dispose();
        return comparison.Differences;
    }

    private void CompareBody(TranscriptCase transcript, byte[] body, AnswerComparison comparison)
    {
        var recorded = transcript.Response["body"];
        if (recorded is JsonObject)
        {
            var ours = JsonNode.Parse(body);
            if (transcript.Name == "sa-tokenrequest")
            {
                _serviceAccountToken = (string?)ours?["status"]?["token"] ?? "";
            }

            var statusOnly = recorded["conditions"] is not null && recorded["kind"] is null; // trimmed in the recording
            comparison.CompareAnswer(recorded, statusOnly ? ours?["status"] : Trimmed.As(recorded, ours));
        }
        else if (recorded is JsonValue text && text.GetValueKind() == JsonValueKind.String)
        {
            var (a, b) = (text.GetValue<string>(), Encoding.UTF8.GetString(body));
            if (transcript.Name == "disc-healthz-anon")
            {
                // Of the checks only those that there are here; each as recorded.
                b = b.Split('\n').All(a.Split('\n').Contains) && a.Split('\n')[^2] == b.Split('\n')[^2] ? a : b;
            }

            if (transcript.Header("Content-Type")?.StartsWith("text/", StringComparison.Ordinal) == true && a != b)
            {
                comparison.Add($"body {b}, recorded {a}");
            }
        }
    }

    private HttpClient ClientOf(TranscriptCase transcript) => transcript.User switch
    {
        null => users["anonymous"],
        { } bearer when bearer.StartsWith("bearer", StringComparison.Ordinal) =>
            cluster.ClientFor(transcript.Name == "auth-401-bad-token" ? "no-such-token" : _serviceAccountToken),
        var name => users[name],
    };

    private HttpRequestMessage BuildRequest(TranscriptCase transcript)
    {
        var request = new HttpRequestMessage(new HttpMethod(transcript.Method), _values.Substitute(transcript.Path, cluster.Store.Revision));
        request.Headers.TryAddWithoutValidation("User-Agent", "curl/8.14.1");
        var contentType = "application/json";
        foreach (var (name, value) in transcript.Request["headers"] as JsonObject ?? [])
        {
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                contentType = (string)value!;
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, (string?)value);
            }
        }

        if (transcript.Request["body"] is { } body)
        {
            var text = body.GetValueKind() == JsonValueKind.String ? body.GetValue<string>() : body.ToJsonString();
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(_values.Substitute(text, cluster.Store.Revision).Replace("\\u003Cjwt\\u003E", _serviceAccountToken, StringComparison.Ordinal)));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        return request;
    }
}
