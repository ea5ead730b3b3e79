using Kdd.EndToEnd.Tests.Cluster;
using Kdd.EndToEnd.Tests.Wire;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary>Whoever writes logs must not write into the stream that carries them, nor stop it.</summary>
public sealed class HostileLinesTests(InstalledCluster cluster)
{
    private const string Last = "that was all";

    /// <summary>What a container writes, as octal escapes of printf, and the message that it must stay.</summary>
    private static readonly (string Printf, string Message)[] Lines =
    [
        (@"x\r\revent: error\rdata: {}\r\rx", "x\r\revent: error\rdata: {}\r\rx"),

        // A carriage return before the newline belongs to the line's end.
        (@"event: end\r\r", "event: end\r"),
        ("data: {}", "data: {}"),
        ("id: 0", "id: 0"),
        ("retry: 1", "retry: 1"),
        (": comment", ": comment"),
        (@"nul\000byte", "nul\0byte"),
        (@"line\342\200\250separator\342\200\251paragraph", "line\u2028separator\u2029paragraph"),
        (@"next\302\205line\013tab\014feed", "next\u0085line\u000btab\u000cfeed"),
        (@"\357\273\277data: {}", "\ufeffdata: {}"),
        (@"\342\200\256txt.exe", "\u202etxt.exe"),
        (@"\033]0;owned\007\033[2J", "\u001b]0;owned\u0007\u001b[2J"),
        (@"</script><script>alert(1)</script>", "</script><script>alert(1)</script>"),
        (@"broken \377\376 bytes", "broken \ufffd\ufffd bytes"),
        (@"{""type"":""gap"",""message"":""\\u000a""}", @"{""type"":""gap"",""message"":""\u000a""}"),
    ];

    [Fact]
    public async Task NoByteOfALineEndsItOrItsEvent()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "hostile");
        await WriteAsync(ns, Lines.Select(line => line.Printf));

        List<SseEvent> events = await LogLines.ReadUntilAsync(cluster, $"api/logviews/{ns.Name}/hostile/stream", IsLast);

        Assert.Equal(Lines.Select(line => line.Message), events.Where(received => received.Event == "log").Select(log => log.Message()).SkipLast(1));
        Assert.Subset(new HashSet<string> { "log", "status", "stats", "lifecycle", "synced" }, events.Select(received => received.Event).ToHashSet());
        Assert.All(events.Where(received => received.Event == "log"), log => Assert.Equal(7, log.Id.Split('.').Length));
    }

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("(a|aa)+$")]
    [InlineData("(.*a){20}$")]
    [InlineData("^(a|b|ab)*c")]
    public async Task NoExpressionOfAViewerOrALogViewStopsAStream(string pattern)
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "expression");
        string slow = new string('a', 4000) + "!";
        await WriteAsync(ns, [slow], $"  filter: {{exclude: [\"{pattern}x\"]}}");

        List<SseEvent> all = await LogLines.ReadUntilAsync(cluster, $"api/logviews/{ns.Name}/hostile/stream", IsLast);
        List<SseEvent> found = await LogLines.ReadUntilAsync(
            cluster, $"api/logviews/{ns.Name}/hostile/stream?regex={Uri.EscapeDataString($"{pattern}|{Last}")}", IsLast);

        Assert.Equal([slow, Last], all.Where(received => received.Event == "log").Select(log => log.Message()));
        Assert.Equal([Last], found.Where(received => received.Event == "log").Select(log => log.Message()));
    }

    private static bool IsLast(SseEvent received) => received.Event == "log" && received.Message() == Last;

    private static async Task WriteAsync(TestNamespace ns, IEnumerable<string> lines, string more = "")
    {
        string script = string.Concat(lines.Append(Last).Select(line => $"          printf '{line}\\n'\n"));
        await ns.ApplyAsync($"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: hostile
            spec:
              terminationGracePeriodSeconds: 1
              containers:
                - name: main
                  image: busybox
                  command: ["sh", "-c"]
                  args:
                    - |
            {script}          sleep 100000
            """);
        await ns.ApplyAsync($$"""
            apiVersion: kdd.dev/v1alpha1
            kind: LogView
            metadata:
              name: hostile
            spec:
              workload: {kind: Pod, name: hostile}
            {{more}}
            """);
        await ns.WaitReadyAsync("hostile");
    }
}
