using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>
/// kubectl's commands run against DevCluster: the same requests, statuses and exit codes as recorded. Texts are not compared byte
/// for byte, since the recording was made by another version.
/// </summary>
public sealed partial class KubectlTests(ITestOutputHelper output)
{
    // What a command reads from its input; the recordings keep the command only.
    private static readonly Dictionary<string, string> Inputs = new()
    {
        ["kubectl-apply-logview-create"] = LogView("k1", "10"),
        ["kubectl-apply-logview-change"] = LogView("k1", "20"),
        ["kubectl-apply-logview-same"] = LogView("k1", "20"),
        ["kubectl-apply-logview-serverside"] = LogView("k2", "10"),
        ["kubectl-apply-logview-serverside-conflict"] = LogView("k2", "11"),
        ["kubectl-apply-unknown-field"] = LogView("k3", "10", "\"tial\":3,"),
        ["kubectl-apply-unknown-field-warn"] = LogView("k4", "10", "\"tial\":3,"),
        ["kubectl-create-dryrun-server"] = LogView("k5", "10"),
        ["kubectl-diff"] = LogView("k1", "30"),
    };

    // Requests by which versions of kubectl differ, or that its cache spares.
    private static readonly string[] Optional = ["/api", "/apis", "/openapi/v2", "/openapi/v3", "/api/v1/namespaces/t1", "/version"];

    [Fact]
    public async Task Recorded_commands_make_the_recorded_requests()
    {
        await using var cluster = await TestCluster.StartAsync(new DevClusterOptions
        {
            Users = new Dictionary<string, UserInfo> { ["alice-token"] = new("alice", []) },
        });
        cluster.AddNamespace("t2");
        using var seen = new RequestLog(cluster.Host.BaseAddress);
        using (var definition = SetUps.Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", TranscriptCase.ReadFile("_sample-crd.json")))
        {
            (await cluster.Admin.SendAsync(definition, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        }

        await SetUps.WaitEstablishedAsync(cluster, "logviews.kdd.dev");
        var folder = Directory.CreateTempSubdirectory("kubectl-");
        var failures = new List<string>();
        foreach (var transcript in TranscriptCase.ReadAll().Where(t => t.IsCommand))
        {
            if (Prepare(cluster, transcript.Name) is { } reason)
            {
                output.WriteLine($"not covered  {transcript.Name}: {reason}");
                continue;
            }

            var alice = transcript.Name.Contains("alice", StringComparison.Ordinal) || transcript.Name == "kubectl-auth-whoami";
            var kubeconfig = Path.Combine(folder.FullName, alice ? "alice" : "admin");
            await File.WriteAllTextAsync(kubeconfig, alice ? cluster.Host.KubeconfigFor("alice", "alice-token") : cluster.Host.Kubeconfig, TestContext.Current.CancellationToken);
            seen.Clear();
            var exit = await RunAsync((string)transcript.Json["command"]!, kubeconfig, folder.FullName, Inputs.GetValueOrDefault(transcript.Name), output);
            var (recorded, ours) = (Requests(transcript), seen.Read());
            var expected = (int)transcript.Json["exit"]!;
            if (exit != expected || !recorded.SequenceEqual(ours))
            {
                failures.Add($"{transcript.Name}: exit {exit}, recorded {expected}\n  {string.Join("\n  ", ours)}\n recorded\n  {string.Join("\n  ", recorded)}");
            }
        }

        folder.Delete(recursive: true);
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    private static string LogView(string name, string tail, string more = "") => $$$"""
        {"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"{{{name}}}","namespace":"t1"},"spec":{{{{more}}}"tail":{{{tail}}},"workload":{"kind":"Deployment","name":"web"} } }
        """;

    // Makes what a command stands on, or says why it is left out.
    private static string? Prepare(TestCluster cluster, string name)
    {
        var type = new ResourceKey("kdd.dev", "logviews");
        switch (name)
        {
            case "kubectl-apply-crd" or "kubectl-apply-crd-again" or "kubectl-apply-crd-server-side":
                return "compared by kdd's own end-to-end tests, which apply the definition three ways";
            case "kubectl-diff" or "kubectl-get-watch" or "kubectl-wait-ready" or "kubectl-wait-jsonpath":
                return "needs a change while the command runs, or an external diff";
            case "kubectl-auth-can-i-list":
                return "the rules of the recorded cluster's user";
            case { } logs when logs.StartsWith("kubectl-logs-", StringComparison.Ordinal):
                return "the recorded cluster's own pods";
            case "kubectl-wait-timeout":
                return "1.32 lists before it watches";
            case "kubectl-delete-finalizer-waits":
                cluster.Store.Create(type, TestCluster.Json(LogView("k6", "1").Replace("\"namespace\"", "\"finalizers\":[\"kdd.dev/x\"],\"namespace\"", StringComparison.Ordinal)));
                return "1.32 lists before it watches";
            default:
                return null;
        }
    }

    private static List<string> Requests(TranscriptCase transcript) => Comparable(transcript.Json["requests"]!.AsArray()
        .Select(r => $"{r!["verb"]} {r["path"]} {((string)r["status"]!)[..3]}"));

    private static List<string> Comparable(IEnumerable<string> requests) => [.. requests
        .Where(r => !Optional.Contains(r.Split(' ')[1].Split('?')[0]) && !r.Contains("/openapi/v3/", StringComparison.Ordinal))
        .Select(r => Fields().Replace(Version().Replace(r, "$1="), m => string.Join("%2C", m.Value.Split("%2C").Order(StringComparer.Ordinal))))];

    private static async Task<int> RunAsync(string command, string kubeconfig, string folder, string? input, ITestOutputHelper output)
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Quote().Replace(command, "$1'$2'"));
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["KUBECACHEDIR"] = Path.Combine(folder, "cache");
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (text, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        output.WriteLine($"$ {command}\n{await text}{await errors}");
        return process.ExitCode;
    }

    [GeneratedRegex("(resourceVersion|uid)(=|%3D)[-0-9a-f]+")]
    private static partial Regex Version();

    // kubectl orders the terms of a field selector at random.
    [GeneratedRegex("(?<=fieldSelector=)[^&]+")]
    private static partial Regex Fields();

    // The recordings keep commands as their words were joined.
    [GeneratedRegex("( -p | --for=)([{][^ ]+)")]
    private static partial Regex Quote();

    /// <summary>What reaches the server, from ASP.NET Core's own diagnostics.</summary>
    private sealed class RequestLog : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly ConcurrentQueue<string> _requests = new();
        private readonly List<IDisposable> _subscriptions = [];
        private readonly Uri _address;

        public RequestLog(Uri address)
        {
            _address = address;
            _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public void Clear() => _requests.Clear();

        public List<string> Read() => Comparable(_requests);

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.AspNetCore")
            {
                _subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == "Microsoft.AspNetCore.Hosting.HttpRequestIn.Stop" && value.Value is Microsoft.AspNetCore.Http.HttpContext http
                && http.Connection.LocalPort == _address.Port)
            {
                _requests.Enqueue($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {http.Response.StatusCode}");
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose()
        {
            foreach (var subscription in _subscriptions)
            {
                subscription.Dispose();
            }
        }
    }
}
