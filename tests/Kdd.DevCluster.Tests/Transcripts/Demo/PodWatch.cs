using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts.Demo;

/// <summary>A watch of pods, read as the steps of each pod's life.</summary>
internal sealed class PodWatch : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private PodWatch(HttpResponseMessage response, Stream body) => (_response, _reader) = (response, new StreamReader(body));

    /// <summary>Steps by pod, in the order in which the pods came.</summary>
    public List<(string Pod, List<string> Steps)> Lives { get; } = [];

    public static async Task<PodWatch> OpenAsync(TestCluster cluster, string selector)
    {
        var response = await cluster.Admin.GetAsync($"/api/v1/namespaces/t1/pods?watch=1&resourceVersion=0&labelSelector={selector}", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new PodWatch(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Reads until a step is as wanted; fails after a minute.</summary>
    public async Task ReadUntilAsync(Func<string, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (await _reader.ReadLineAsync(limit.Token) is { } line)
        {
            var change = JsonNode.Parse(line)!;
            var pod = change["object"]!;
            string step = Step((string)change["type"]!, pod.Str("metadata", "deletionTimestamp") is null ? null : pod.Long("metadata", "deletionGracePeriodSeconds"), pod.Str("status", "phase"),
                (pod.Arr("status", "conditions") ?? []).Where(c => c.Str("type") == "Ready").Select(c => c.Str("status")).FirstOrDefault(), pod.Arr("status", "containerStatuses")?.FirstOrDefault(), "restartCount");
            Add(Lives, pod.Str("metadata", "name")!, step);
            if (wanted(step))
            {
                return;
            }
        }

        Assert.Fail("the watch ended");
    }

    /// <summary>What differs from the recorded lives: those that were there before, those that came, in pairs.</summary>
    public static IReadOnlyList<string> Compare(TranscriptCase transcript, List<(string Pod, List<string> Steps)> ours)
    {
        var recorded = new List<(string Pod, List<string> Steps)>();
        foreach (var line in transcript.Response["stream"]!.AsArray().Select(e => e!["line"]!))
        {
            Add(recorded, (string)line["name"]!, Step((string)line["type"]!, line["deletionTimestamp"] is null ? null : (long?)line["grace"], (string?)line["phase"], (string?)line["ready"]!.AsArray().FirstOrDefault(), line["containers"]!.AsArray().FirstOrDefault(), "restarts"));
        }

        return recorded.Count != ours.Count ? [$"{ours.Count} pods, recorded {recorded.Count}"] : [.. Texts(ours).Except(Texts(recorded)).Zip(Texts(recorded).Except(Texts(ours)), (o, r) => $"life\n    {o}\n  recorded\n    {r}")];
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private static List<string> Texts(List<(string Pod, List<string> Steps)> lives) => [.. lives.Select(life => string.Join("\n    ", life.Steps))];

    // Statuses that say nothing new are many or few, as it happens.
    private static void Add(List<(string Pod, List<string> Steps)> lives, string pod, string step)
    {
        if (!lives.Exists(life => life.Pod == pod))
        {
            lives.Add((pod, []));
        }

        var steps = lives.Find(life => life.Pod == pod).Steps;
        if (steps.Count == 0 || steps[^1] != step)
        {
            steps.Add(step);
        }
    }

    private static string Step(string type, long? grace, string? phase, string? ready, JsonNode? container, string restarts)
    {
        string state = (container.Obj("state") ?? []).Select(s => s.Key == "terminated" ? $"terminated {s.Value.Int("exitCode")}" : s.Key == "waiting" ? $"waiting {s.Value.Str("reason")}" : s.Key).FirstOrDefault() ?? "none";
        return $"{(type == "DELETED" ? type : "")}{(grace is null ? "" : $" grace {grace}")} {phase} ready {ready ?? "?"} restarts {container.Int(restarts) ?? 0} {state}".Trim();
    }
}
