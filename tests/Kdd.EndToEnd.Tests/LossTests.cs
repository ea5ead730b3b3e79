using System.Globalization;
using System.Text.Json;
using Kdd.Api.Wire;
using Kdd.Client;
using Kdd.EndToEnd.Tests.Cluster;
using Kdd.EndToEnd.Tests.Wire;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary>
/// Five counters at 2,000 lines/s each for 100 s, while streams are cut, a Deployment rolls out, two containers restart and the API
/// server restarts. The oracle is the log files, which the cluster keeps for dead pods and instances too.
/// </summary>
[Trait("Needs", "DevCluster")]
public sealed class LossTests
{
    private const int LinesPerSecond = 2000;
    private const int LongestRun = 100;
    private const string Namespace = "loss";
    private const string StreamPath = $"api/logviews/{Namespace}/counters/stream";

    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryLineComesOnceAtTheReferenceClientAndAtLeastOnceAtAPlainReader()
    {
        string archive = Directory.CreateTempSubdirectory("kdd-archive-").FullName;
        await using DemoProcess demo = await DemoProcess.StartAsync(
            new Dictionary<string, string> { ["KDD_DEVCLUSTER_ARGS"] = $"--log-max-size 40000000 --log-archive {archive}" }, Cancelled);
        Kubectl kubectl = new(demo.Kubeconfig);
        await kubectl.RunAsync($"create namespace {Namespace}");
        await kubectl.RunAsync($"-n {Namespace} apply -f -", Manifest("steady", 3, restartsAt: 0) + Manifest("restarting", 2, restartsAt: LinesPerSecond * LongestRun / 2) + LogViewManifest);
        await kubectl.RunAsync($"-n {Namespace} wait --for=condition=Ready lv/counters --timeout=120s");

        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        using HttpClient http = new() { BaseAddress = demo.Url, Timeout = Timeout.InfiniteTimeSpan };
        ReceivedLines exact = new(), plain = new();
        Task[] readers = [ReadExactAsync(http, exact, reading.Token), ReadPlainAsync(http, plain, reading.Token)];
        await FaultScheduleAsync(kubectl);
        await WaitUntilAsync(() => exact.Finished.Count >= 5 && plain.Finished.Count >= 5, readers);

        WrittenLines written = WrittenLines.Read(archive, Path.Combine(demo.Folder, "cluster", "pods"), Namespace);
        await reading.CancelAsync();
        await Task.WhenAll(readers);

        Assert.Equal(3 + 3 + 2 + 2, written.Instances.Count);
        Assert.All(written.Instances, instance => AssertExactlyOnce(instance.Key, instance.Value, exact));
        Assert.All(written.Instances, instance => AssertAtLeastOnce(instance.Key, instance.Value, plain));
        TestContext.Current.TestOutputHelper?.WriteLine("{0} lines written, {1} received by the reference client, {2} by the plain reader, {3} gaps", written.Instances.Values.Sum(), exact.Total, plain.Total, exact.Gaps.Count);
        Directory.Delete(archive, recursive: true);
    }

    private static void AssertExactlyOnce(InstanceKey instance, int lines, ReceivedLines received)
    {
        List<int> numbers = received.Of(instance);
        int missing = lines - numbers.Count;
        Assert.True(numbers.SequenceEqual(Enumerable.Range(1, numbers.Count)), $"{instance}: lines are missing, repeated or out of order at {received.FirstBreak(instance)}");
        Assert.True(missing == 0 || received.DeclaredDeleted(instance.Pod), $"{instance}: {missing} of {lines} lines are missing, and the gaps say {string.Join(' ', received.Gaps)}");
    }

    private static void AssertAtLeastOnce(InstanceKey instance, int lines, ReceivedLines received)
    {
        int distinct = received.Of(instance).Distinct().Count();
        Assert.True(distinct == lines || received.DeclaredDeleted(instance.Pod), $"{instance}: a plain reader saw {distinct} of {lines} lines");
    }

    /// <summary>A stream is cut about every 2 s; the rest happens once, at its time.</summary>
    private static async Task FaultScheduleAsync(Kubectl kubectl)
    {
        long started = TimeProvider.System.GetTimestamp();
        Queue<(int Second, Func<Task> Inject)> once = new(
        [
            (25, () => kubectl.RunAsync($"-n {Namespace} rollout restart deployment/steady")),
            // The restart may reset the connection that asked for it.
            (70, () => kubectl.TryAsync("create --raw /devcluster/apiserver/restart -f -", """{"downSeconds":3}""")),
        ]);
        while (TimeProvider.System.GetElapsedTime(started) is var elapsed && elapsed < TimeSpan.FromSeconds(LongestRun))
        {
            if (once.TryPeek(out (int Second, Func<Task> Inject) due) && elapsed.TotalSeconds >= due.Second)
            {
                once.Dequeue();
                await due.Inject();
            }

            string[] pods = (await kubectl.TryAsync($"-n {Namespace} get pods -o name")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (pods.Length > 0)
            {
                string pod = pods[Random.Shared.Next(pods.Length)].Split('/')[1];
                await kubectl.TryAsync("create --raw /devcluster/streams/cut -f -", $$$"""{"match":{"subresource":"log","namespace":"{{{Namespace}}}","name":"{{{pod}}}"} }""");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1000, 3000)), TimeProvider.System, Cancelled);
        }
    }

    private static async Task ReadExactAsync(HttpClient http, ReceivedLines received, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (StreamEvent item in new LogViewStream(http, TimeProvider.System).ReadAsync(Namespace, "counters", "", cancellationToken))
            {
                received.Add(item.Name, item.Cursor, JsonDocument.Parse(item.Data).RootElement);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The test has seen enough.
        }
    }

    /// <summary>What EventSource does: comes again with the last id, and drops nothing.</summary>
    private static async Task ReadPlainAsync(HttpClient http, ReceivedLines received, CancellationToken cancellationToken)
    {
        string last = "";
        while (!cancellationToken.IsCancellationRequested)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, StreamPath);
            request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
            try
            {
                using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                response.EnsureSuccessStatusCode();
                await foreach (SseEvent item in SseEvent.ReadAllAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken))
                {
                    last = item.Id;
                    received.Add(item.Event, StreamCursor.TryParse(item.Id, out StreamCursor cursor) ? cursor : null, item.Json);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                // A plain reader comes again.
            }
        }
    }

    private static async Task WaitUntilAsync(Func<bool> condition, Task[] readers)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(120));
        while (!condition())
        {
            await Task.WhenAll(readers.Where(reader => reader.IsFaulted));
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, patience.Token);
        }
    }

    private const string LogViewManifest = """
        ---
        apiVersion: kdd.dev/v1alpha1
        kind: LogView
        metadata: {name: counters}
        spec:
          selector: {matchLabels: {part-of: counters}}
          tail: {lines: 100000}
          retain: {lines: 1000000, size: 512Mi}
          idleTimeout: 0s

        """;

    /// <param name="restartsAt">The first instance exits after this line; 0 for never.</param>
    private static string Manifest(string name, int replicas, int restartsAt) => string.Create(CultureInfo.InvariantCulture, $$"""
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{name}} }
        spec:
          replicas: {{replicas}}
          selector: {matchLabels: {app: {{name}} } }
          template:
            metadata: {labels: {app: {{name}}, part-of: counters} }
            spec:
              terminationGracePeriodSeconds: 2
              volumes: [{name: state, emptyDir: {} }]
              containers:
                - name: counter
                  image: busybox
                  volumeMounts: [{name: state, mountPath: /state}]
                  command: [sh, -c]
                  args:
                    - |
                      pad=$(printf '%0150d' 0)
                      stop={{LinesPerSecond * LongestRun}}
                      [ {{restartsAt}} -gt 0 ] && [ ! -e "$KDD_ROOT/state/restarted" ] && stop={{restartsAt}}
                      i=0
                      while [ $i -lt $stop ]; do
                        seq -f "line %.0f $pad" $((i + 1)) $((i + {{LinesPerSecond / 10}}))
                        i=$((i + {{LinesPerSecond / 10}}))
                        sleep 0.1
                      done
                      if [ $stop = {{restartsAt}} ]; then touch "$KDD_ROOT/state/restarted"; exit 1; fi
                      echo finished
                      while true; do sleep 1; done

        """);
}
