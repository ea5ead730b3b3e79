using System.Text;
using System.Text.Json;
using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Tests.Simulation;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Kdd.Operator.Tests.Sessions;

/// <summary>The stream as HTTP: refusals in the Kubernetes way, headers, formats, filters.</summary>
public sealed class ViewerResponseTests : SimulationTest
{
    private readonly Session _session;

    public ViewerResponseTests()
    {
        ScriptedContainer web = Kubelet.Add("web-1", "main");
        ScriptedContainer proxy = Kubelet.Add("db-1", "proxy");
        LogViewSpec spec = SimulatedReplica.Spec();
        _session = Replica.Start(spec);
        Write(web, "level=info msg=started");
        Write(web, "level=error msg=\"timeout of upstream\"");
        Write(proxy, "level=warn msg=slow");
        Simulation.Advance(TimeSpan.FromSeconds(30));
        Write(web, "no level here");
        Replica.ShowPods(_session);
        Simulation.Advance(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void AnEventStreamSaysWhatItIs()
    {
        DefaultHttpContext http = Get("follow=false");
        Assert.Equal(200, http.Response.StatusCode);
        Assert.Equal("text/event-stream", http.Response.ContentType);
        Assert.Equal("no-cache, no-transform", http.Response.Headers.CacheControl);
        Assert.Equal("no", http.Response.Headers["X-Accel-Buffering"]);
        Assert.StartsWith("retry: ", Body(http), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pod=web-*", 3)]
    [InlineData("container=proxy", 1)]
    [InlineData("container=main&pod=db-*", 0)]
    [InlineData("q=TIMEOUT", 1)]
    [InlineData("regex=msg%3D(slow|started)", 2)]
    [InlineData("level=Warn", 3)]
    [InlineData("level=Error", 2)]
    [InlineData("tail=2", 2)]
    [InlineData("tail=1&level=Error&pod=web-1&q=timeout", 1)]
    [InlineData("since=10s", 1)]
    [InlineData("since=1h", 4)]
    public void FiltersByTheQuery(string query, int lines)
        => Assert.Equal(lines, SseEvent.Parse(BodyBytes(Get($"{query}&follow=false"))).Count(received => received.Name == StreamEvents.Log));

    [Fact]
    public void NdJsonIsOneObjectALine()
    {
        DefaultHttpContext http = Get("follow=false", accept: "application/x-ndjson");
        string[] lines = Body(http).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string?[] types = [.. lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("type").GetString())];
        Assert.Equal(4, types.Count(type => type == "log"));
        Assert.Equal("synced", types[^1]);
        Assert.Equal("application/x-ndjson", http.Response.ContentType);
    }

    [Fact]
    public void TextIsForLessAndGrep()
    {
        DefaultHttpContext http = Get("follow=false&pod=db-1", accept: "text/plain");
        Assert.Equal("db-1/proxy level=warn msg=slow\n", Body(http));
    }

    [Fact]
    public void APositionThatIsNoneIsABadRequestThatNamesTheHeader()
    {
        DefaultHttpContext http = Get("", lastEventId: "not.a.cursor");
        Assert.Equal(400, http.Response.StatusCode);
        JsonElement status = JsonDocument.Parse(Body(http)).RootElement;
        Assert.Equal("Status", status.GetProperty("kind").GetString());
        Assert.Contains("Last-Event-ID", status.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnAcceptThatCannotBeServedIsNotAcceptable() => Assert.Equal(406, Get("", accept: "image/png").Response.StatusCode);

    [Fact]
    public void OneStreamTooManyOfAUserWaits()
    {
        var open = new List<DefaultHttpContext>();
        for (int i = 0; i < new SessionLimits().MaxViewersPerUser; i++)
        {
            open.Add(Get("", user: "ada"));
        }

        DefaultHttpContext refused = Get("", user: "ada");
        Assert.Equal(503, refused.Response.StatusCode);
        Assert.NotEmpty(refused.Response.Headers.RetryAfter.ToString());
        Assert.Equal(200, Get("follow=false", user: "grace").Response.StatusCode);

        Simulation.Do(() => open[0].Abort());
        Assert.Equal(200, Get("follow=false", user: "ada").Response.StatusCode);
    }

    [Fact]
    public void WhoHasAllOfAnEndedSessionIsToldNotToComeAgain()
    {
        string last = SseEvent.Parse(BodyBytes(Get("follow=false"))).Last(received => received.Id is not null).Id!;
        Simulation.Do(() => _session.End(EndReasons.Completed));
        Assert.Equal(204, Get("", lastEventId: last).Response.StatusCode);
    }

    private DefaultHttpContext Get(string query, string? accept = null, string? lastEventId = null, string user = "ada")
    {
        var http = new DefaultHttpContext();
        http.Response.Body = new MemoryStream();
        http.Request.Headers.Accept = accept;
        http.Request.Headers["Last-Event-ID"] = lastEventId;
        http.Request.Headers[WireHeaders.Viewer] = user;
        http.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpRequestLifetimeFeature>(new Lifetime());
        IEnumerable<KeyValuePair<string, string>> pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => KeyValuePair.Create(pair.Split('=', 2)[0], Uri.UnescapeDataString(pair.Split('=', 2)[1])));
        Assert.True(StreamQuery.TryParse(pairs, out StreamQuery parsed, out QueryError error), error.ToString());
        Simulation.Do(() => _ = _session.ServeAsync(http, parsed));
        Simulation.Advance(TimeSpan.FromMilliseconds(10));
        return http;
    }

    private static byte[] BodyBytes(HttpContext http) => ((MemoryStream)http.Response.Body).ToArray();

    private static string Body(HttpContext http) => Encoding.UTF8.GetString(BodyBytes(http));

    private void Write(ScriptedContainer container, string message)
    {
        Simulation.Advance(TimeSpan.FromMilliseconds(1));
        Simulation.Do(() => container.Write(message));
    }

    private sealed class Lifetime : Microsoft.AspNetCore.Http.Features.IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource _aborted = new();

        public Lifetime() => RequestAborted = _aborted.Token;

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => Kdd.Operator.Tests.Simulation.Simulation.Outside(_aborted.Cancel);

        public void Dispose() => _aborted.Dispose();
    }
}
