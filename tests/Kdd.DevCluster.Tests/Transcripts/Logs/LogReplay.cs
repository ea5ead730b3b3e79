using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>Sends the request of a log case and compares the answer, bytes and end included.</summary>
internal sealed class LogReplay(LogStage stage, TranscriptCase transcript, RecordedLog log)
{
    // As long as nothing comes for so long, nothing comes: an answer that should not be there fails the case, a slow machine does not.
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(300);

    private readonly AnswerComparison _comparison = new(new RecordedValues());

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        using var client = stage.ClientOf(transcript.User);
        using var request = BuildRequest();
        var answer = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (transcript.Status == 0)
        {
            if (await Task.WhenAny(answer, Task.Delay(Silence, TimeProvider.System, cancellationToken)) == answer)
            {
                _comparison.Add("an answer, recorded none");
            }

            return _comparison.Differences;
        }

        using var response = await answer;
        if ((int)response.StatusCode != transcript.Status)
        {
            _comparison.Add($"status {(int)response.StatusCode}, recorded {transcript.Status}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
            return _comparison.Differences;
        }

        AnswerHeaders.Compare(transcript, response, _comparison);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (log.IsFollowed)
        {
            await FollowAsync(new FollowedBody(body, cancellationToken), cancellationToken);
        }
        else
        {
            await CompareBodyAsync(body, cancellationToken);
        }

        return _comparison.Differences;
    }

    private HttpRequestMessage BuildRequest()
    {
        bool http2 = ((string?)transcript.Response["statusLine"])?.StartsWith("HTTP/2", StringComparison.Ordinal) == true;
        var request = new HttpRequestMessage(new HttpMethod(transcript.Method), transcript.Path)
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var (name, value) in transcript.Request["headers"] as JsonObject ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, (string?)value);
        }

        if (transcript.Request["body"] is JsonObject body)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return request;
    }

    private async Task CompareBodyAsync(Stream body, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await body.CopyToAsync(copy, cancellationToken);
        string ours = Encoding.Latin1.GetString(copy.ToArray());
        if (transcript.Header("Content-Type") != "text/plain" && transcript.Response["body"] is JsonObject recorded)
        {
            _comparison.CompareAnswer(recorded, JsonNode.Parse(copy.ToArray()));
        }
        else if (log.Compare(ours, (int?)transcript.Response["bodyBytes"]) is { } difference)
        {
            _comparison.Add(difference);
        }
    }

    /// <summary>Live lines and events in their recorded order, then the end.</summary>
    private async Task FollowAsync(FollowedBody body, CancellationToken cancellationToken)
    {
        string expected = string.Concat(log.Backlog.Select(line => line.Shown(log.Timestamps)));
        await body.WaitForAsync(expected.Length, cancellationToken);
        var events = new LogEvents(stage, transcript, body);
        foreach (var (line, what) in log.Timeline(transcript.Json["events"] as JsonArray ?? []))
        {
            if (what is not null)
            {
                if (events.Ends(what) && await CameAsync(body, expected.Length - events.HeldLength, cancellationToken))
                {
                    _comparison.Add($"lines before \"{what}\", recorded none");
                }

                await events.MakeAsync(what, cancellationToken);
                continue;
            }

            string shown = await events.WriteAsync(line!, log.Timestamps);
            expected += shown;
            if (!events.IsSilent && line!.Text.EndsWith('\n'))
            {
                await body.WaitForAsync(expected.Length, cancellationToken);
            }
        }

        await events.FinishAsync();
        await CompareEndAsync(body, expected.Length, cancellationToken);
        if (RecordedLog.CompareStream(body.Text, expected) is { } difference)
        {
            _comparison.Add(difference);
        }
    }

    private static async Task<bool> CameAsync(FollowedBody body, int before, CancellationToken cancellationToken)
    {
        await Task.Delay(Silence, TimeProvider.System, cancellationToken);
        return body.Text.Length > before;
    }

    private async Task CompareEndAsync(FollowedBody body, int expected, CancellationToken cancellationToken)
    {
        var end = transcript.Response["end"] as JsonObject;
        if ((string?)end?["by"] == "server")
        {
            var broken = await body.End.WaitAsync(cancellationToken);
            bool clean = (int)end["curlExit"]! == 0;
            if (clean != broken is null)
            {
                _comparison.Add($"end {broken?.Message ?? "clean"}, recorded {(clean ? "clean" : end["curlError"])}");
            }

            return;
        }

        await body.WaitForAsync(expected, cancellationToken);
        if (await Task.WhenAny(body.End, Task.Delay(Silence, TimeProvider.System, cancellationToken)) == body.End)
        {
            _comparison.Add("the stream ended, the recorded one stayed open");
        }
    }
}
