using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>Recorded facts about logs that are no single answer: rotation, what follows a kubelet's restart, lengths of long lines.</summary>
public sealed class LogFactTests(LogStages stages, TranscriptReport report) : IClassFixture<LogStages>
{
    private const string Pods = "/api/v1/namespaces/t1/pods";
    private readonly LogStage _stage = stages.For("log-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kubelet_that_restarts_has_no_pods_at_first()
    {
        var transcript = TranscriptCase.Read("log-after-kubelet-restart-polls");
        var recorded = transcript.Json["polls"]!.AsArray().Select(poll => ((string)poll![1]!, (string)poll[2]!)).ToList();
        await StartAsync("web-65ff99586d-8tjgs", "web", DemoOutput.Web(499));
        var ours = new List<string>();
        foreach (var mode in (KubeletMode[])[KubeletMode.Starting, KubeletMode.Running])
        {
            _stage.Cluster.Host.Faults.SetKubelet(LogStage.Node, mode);
            using var response = await _stage.Cluster.Admin.GetAsync($"{Pods}/web-65ff99586d-8tjgs/log?tailLines=1", Cancelled);
            string body = await response.Content.ReadAsStringAsync(Cancelled);
            // The recording shows the first bytes of an indented body.
            body = body.StartsWith('{') ? JsonNode.Parse(body)!.ToJsonString(new() { WriteIndented = true }) : body;
            ours.Add($"HTTP/1.1 {(int)response.StatusCode} {response.ReasonPhrase}: {body}");
        }

        report.Check(transcript.Name, [.. recorded.Zip(ours).Where(pair => !pair.Second.StartsWith($"{pair.First.Item1}: {pair.First.Item2}", StringComparison.Ordinal)).Select(pair => $"{pair.Second}, recorded {pair.First}")]);
    }

    [Fact]
    public async Task A_long_line_is_one_line_with_one_timestamp()
    {
        var transcript = TranscriptCase.Read("log-longlines-facts");
        var lines = new LogLine[] { new(new string('a', 102_400) + "\n"), new("between\n"), new(new string('b', 1_048_576) + "\n"), new("end\n") };
        await StartAsync("longline", "main", lines.Select((line, i) => line with { Time = (1_795_438_854L * 1_000_000_000) + i }));
        var differences = new List<string>();
        foreach (var (name, query) in ((string, string)[])[("plain", ""), ("timestamps", "?timestamps=true")])
        {
            string body = await _stage.Cluster.Admin.GetStringAsync($"{Pods}/longline/log{query}", Cancelled);
            string[] ours = body.Split('\n');
            string found = string.Join(" ", (int[])[body.Length, ours.Length, .. ours.Select(line => line.Length)]);
            var facts = transcript.Json[name]!;
            string recorded = $"{facts["bytes"]} {facts["lines"]} {string.Join(" ", facts["lengths"]!.AsArray())}";
            if (found != recorded)
            {
                differences.Add($"{name}: {found}, recorded {recorded}");
            }
        }

        report.Check(transcript.Name, differences);
    }

    [Fact]
    public async Task A_reader_that_keeps_up_loses_nothing_by_rotation()
    {
        var transcript = TranscriptCase.Read("log-follow-rotation");
        var (facts, total) = (transcript.Json["facts"]!, (int)transcript.Response["lines"]!);
        int kept = (int)facts["plainReadAfter"]!["first"]!;
        var container = await StartAsync("rot", "main", []);
        using var response = await _stage.Cluster.Admin.GetAsync(transcript.Path, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        var body = new FollowedBody(await response.Content.ReadAsStreamAsync(Cancelled), Cancelled);
        // The kubelet looked every 3 s and rotated what had outgrown 1Mi: so the recorded files began.
        foreach (var (first, last) in Chunks(kept - 1, 14_400))
        {
            await container.WriteAsync(Rot(first, last, 'x'));
            await body.WaitForAsync(Length(last, 'x'), Cancelled);
            await container.DoAsync(context => context.RotateLog());
        }

        await container.WriteAsync(Rot(kept, 95_600, 'x'));
        var plain = await GetNumbersAsync("");
        await container.WriteAsync(Rot(95_601, total, 'x'));
        await body.WaitForAsync(Length(total, 'x'), Cancelled);
        var tail = await GetNumbersAsync("?tailLines=20000");

        var found = new JsonObject
        {
            ["gaps"] = Gaps(Numbers(body.Text)),
            ["plainReadAfter"] = new JsonObject { ["lines"] = plain.Count, ["first"] = plain[0], ["last"] = plain[^1] },
            ["tailLines20000After"] = new JsonObject { ["lines"] = tail.Count, ["first"] = tail[0] },
        };
        report.Check(transcript.Name, [.. found.Where(fact => !JsonNode.DeepEquals(fact.Value, facts[fact.Key])).Select(fact => $"{fact.Key}: {fact.Value}, recorded {facts[fact.Key]}")]);
    }

    [Fact]
    public async Task A_reader_two_rotations_behind_loses_the_file_between_without_a_sign()
    {
        var transcript = TranscriptCase.Read("log-follow-rotation-fast");
        var recorded = transcript.Json["facts"]!["gaps"]!;
        var gap = recorded["gaps"]![0]!;
        // A hundredth of the recorded lines, lost in the same way.
        int before = (int)gap[0]! / 100, after = (int)gap[1]! / 100, last = (int)recorded["last"]! / 100;
        var container = await StartAsync("rotfast", "main", Rot(1, 10, 'y'));
        using var response = await _stage.Cluster.Admin.GetAsync(transcript.Path, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        var body = new FollowedBody(await response.Content.ReadAsStreamAsync(Cancelled), Cancelled);
        await body.WaitForAsync(Length(10, 'y'), Cancelled);
        _stage.Cluster.Host.Faults.SetKubelet(LogStage.Node, KubeletMode.Frozen);
        await container.WriteAsync(Rot(11, before, 'y'));
        await container.DoAsync(context => context.RotateLog());
        await container.WriteAsync(Rot(before + 1, after - 1, 'y'));
        await container.DoAsync(context => context.RotateLog());
        await container.WriteAsync(Rot(after, last, 'y'));
        _stage.Cluster.Host.Faults.SetKubelet(LogStage.Node, KubeletMode.Running);
        await body.WaitForAsync(Length(last, 'y') - Length(after - 1, 'y') + Length(before, 'y'), Cancelled);

        var expected = new JsonObject
        {
            ["lines"] = last - (after - 1 - before),
            ["first"] = (int)recorded["first"]!,
            ["last"] = last,
            ["missing"] = after - 1 - before,
            ["dups"] = (int)recorded["dups"]!,
            ["backwards"] = (int)recorded["backwards"]!,
            ["gaps"] = new JsonArray(new JsonArray(before, after)),
        };
        var found = Gaps(Numbers(body.Text));
        report.Check(transcript.Name, JsonNode.DeepEquals(found, expected) && !body.End.IsCompleted ? [] : [$"{found.ToJsonString()}, recorded (a hundredth) {expected.ToJsonString()}"]);
    }

    private static IEnumerable<(int First, int Last)> Chunks(int total, int size)
    {
        for (int first = 1; first <= total; first += size)
        {
            yield return (first, Math.Min(total, first + size - 1));
        }
    }

    private static IEnumerable<LogLine> Rot(int first, int last, char fill) => Enumerable.Range(first, last - first + 1).Select(n => new LogLine(Line(n, fill)));

    // 79 bytes as recorded for the slow writer, 120 for the fast one.
    private static string Line(int n, char fill) => $"rot {n} ".PadRight((fill == 'x' ? 79 : 120) - 1, fill) + "\n";

    private static int Length(int last, char fill) => last * Line(last, fill).Length;

    private async Task<List<int>> GetNumbersAsync(string query) => Numbers(await _stage.Cluster.Admin.GetStringAsync($"{Pods}/rot/log{query}", Cancelled));

    private static List<int> Numbers(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture))];

    private static JsonObject Gaps(List<int> numbers)
    {
        var steps = numbers.Zip(numbers.Skip(1)).ToList();
        return new JsonObject
        {
            ["lines"] = numbers.Count,
            ["first"] = numbers[0],
            ["last"] = numbers[^1],
            ["missing"] = numbers[^1] - numbers[0] + 1 - numbers.Distinct().Count(),
            ["dups"] = numbers.Count - numbers.Distinct().Count(),
            ["backwards"] = steps.Count(step => step.Second < step.First),
            ["gaps"] = new JsonArray([.. steps.Where(step => step.Second > step.First + 1).Select(step => new JsonArray(step.First, step.Second))]),
        };
    }

    private async Task<StagedContainer> StartAsync(string pod, string name, IEnumerable<LogLine> lines)
    {
        await _stage.ResetAsync();
        var spec = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = name, ["image"] = "busybox" }) };
        await _stage.CreateAsync(pod, spec, p => p.Str("status", "phase") == "Running");
        var container = _stage.Container(pod, name);
        await container.WriteAsync(lines);
        return container;
    }
}
