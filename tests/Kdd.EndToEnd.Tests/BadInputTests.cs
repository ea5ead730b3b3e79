using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kdd.EndToEnd.Tests.Cluster;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary>What a user gets wrong is refused with the field or parameter named.</summary>
public sealed class BadInputTests(InstalledCluster cluster)
{
    [Theory]
    [InlineData("", "exactly one of workload and selector must be set")]
    [InlineData("  workload: {kind: Deployment, name: a}\n  selector: {matchLabels: {app: a}}", "exactly one of workload and selector must be set")]
    [InlineData("  workload: {kind: Deployment, name: a}\n  tail: {lines: -1}", "spec.tail.lines")]
    [InlineData("  workload: {kind: Deployment, name: a}\n  colour: red", "spec.colour")]
    [InlineData("  workload: {kind: Deployment, name: Not_A_Name}", "spec.workload.name")]
    public async Task TheApiServerRefusesAndNamesTheField(string spec, string named)
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "bad");

        CommandResult result = await ns.TryAsync("apply -f -", $"""
            apiVersion: kdd.dev/v1alpha1
            kind: LogView
            metadata:
              name: bad
            spec:{(spec.Length == 0 ? " {}" : "\n" + spec)}
            """);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APatternThatDoesNotCompileStallsOnlyItsOwnLogView()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "pattern");
        await ns.ApplyAsync(Manifests.Counters("counter", 1, 1));
        await ns.ApplyAsync(Manifests.LogViewOn("bad", "counter", "  filter: {include: [\"(\"]}"));
        await ns.ApplyAsync(Manifests.LogViewOn("good", "counter"));

        await ns.RunAsync("wait --for=condition=Stalled lv/bad --timeout=120s");
        await ns.WaitReadyAsync("good");

        Assert.Equal("InvalidSpec", await ns.ConditionAsync("bad", "Ready", "reason"));
        Assert.Contains("spec.filter.include[0]", await ns.ConditionAsync("bad", "Ready", "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStreamOfALogViewThatDoesNotExistIs404()
    {
        JsonElement status = await StatusOfAsync("api/logviews/default/nobody/stream", HttpStatusCode.NotFound);

        Assert.Equal("NotFound", status.GetProperty("reason").GetString());
        Assert.Contains("nobody", status.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("colour=red", "colour")]
    [InlineData("tail=many", "tail")]
    [InlineData("since=yesterday", "since")]
    [InlineData("regex=(", "regex")]
    public async Task AnUnknownOrMalformedParameterIs400AndNamed(string query, string named)
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "query");
        await ns.ApplyAsync(Manifests.Counters("counter", 1, 1));
        await ns.ApplyAsync(Manifests.LogViewOn("counter", "counter"));
        await ns.WaitReadyAsync("counter");

        JsonElement status = await StatusOfAsync($"api/logviews/{ns.Name}/counter/stream?{query}", HttpStatusCode.BadRequest);

        Assert.Equal("BadRequest", status.GetProperty("reason").GetString());
        Assert.Contains(named, status.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task<JsonElement> StatusOfAsync(string path, HttpStatusCode code)
    {
        using HttpResponseMessage response = await cluster.Gateway.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(code, response.StatusCode);
        JsonElement status = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("Status", status.GetProperty("kind").GetString());
        Assert.Equal((int)code, status.GetProperty("code").GetInt32());
        return status;
    }
}
