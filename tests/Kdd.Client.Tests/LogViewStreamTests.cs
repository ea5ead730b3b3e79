using System.Net;
using System.Text;
using Kdd.Api.Wire;
using Xunit;

namespace Kdd.Client.Tests;

/// <summary>The client against scripted answers: each request takes the next one.</summary>
public sealed class LogViewStreamTests : IDisposable
{
    private readonly ScriptedHandler _server = new();

    [Fact]
    public async Task ResumesBehindTheLastEventAfterTheConnectionBreaks()
    {
        _server.Answer(HttpStatusCode.OK, Log(1, 1, "a") + Log(1, 2, "b"));
        _server.Answer(HttpStatusCode.OK, Log(1, 3, "c") + End);

        List<string> lines = await ReadAsync();

        Assert.Equal(["a", "b", "c"], lines);
        Assert.Equal(["", Id(1, 2)], _server.LastEventIds);
    }

    [Fact]
    public async Task DropsWhatAnotherOwnerSendsAgain()
    {
        _server.Answer(HttpStatusCode.OK, Log(1, 1, "a") + Log(1, 2, "b") + Synced);
        _server.Answer(HttpStatusCode.OK, Log(2, 1, "a") + Log(2, 2, "b") + Log(2, 3, "c") + Synced + Log(2, 4, "d") + End);

        Assert.Equal(["a", "b", "c", "d"], await ReadAsync());
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.BadGateway)]
    public async Task ComesAgainWhenTheServerIsBusy(HttpStatusCode status)
    {
        _server.Answer(status, "");
        _server.Answer(HttpStatusCode.OK, Log(1, 1, "a") + End);

        Assert.Equal(["a"], await ReadAsync());
    }

    [Fact]
    public async Task EndsWhereTheServerSaysThatTheSessionIsOver()
    {
        _server.Answer(HttpStatusCode.OK, Log(1, 1, "a"));
        _server.Answer(HttpStatusCode.NoContent, "");

        Assert.Equal(["a"], await ReadAsync());
    }

    [Fact]
    public async Task ARefusalCarriesTheServersMessage()
    {
        _server.Answer(HttpStatusCode.Forbidden, """{"kind":"Status","message":"logviews \"web\" is forbidden","code":403}""");

        StreamRefusedException refused = await Assert.ThrowsAsync<StreamRefusedException>(ReadAsync);

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Equal("logviews \"web\" is forbidden", refused.Message);
    }

    [Fact]
    public async Task AnEventCutInTheMiddleIsNoEvent()
    {
        _server.Answer(HttpStatusCode.OK, Log(1, 1, "a") + Log(1, 2, "b")[..^4]);
        _server.Answer(HttpStatusCode.OK, Log(1, 2, "b") + End);

        Assert.Equal(["a", "b"], await ReadAsync());
        Assert.Equal(Id(1, 1), _server.LastEventIds[1]);
    }

    private const string Synced = "event: synced\ndata: {\"lines\":0}\n\n";
    private const string End = "event: end\ndata: {\"reason\":\"Completed\"}\n\n";

    private static string Id(ulong epoch, int line) => new StreamCursor(epoch, line, 0, 7, 0, 1000 + line, 0).ToString();

    private static string Log(ulong epoch, int line, string text) => $"id: {Id(epoch, line)}\nevent: log\ndata: {text}\n\n";

    public void Dispose() => _server.Dispose();

    private async Task<List<string>> ReadAsync()
    {
        using HttpClient http = new(_server, disposeHandler: false) { BaseAddress = new Uri("http://gateway.test/") };
        List<string> lines = [];
        await foreach (StreamEvent received in new LogViewStream(http, new ImpatientTimeProvider()).ReadAsync("shop", "web", "", TestContext.Current.CancellationToken))
        {
            if (received.Name == StreamEvents.Log)
            {
                lines.Add(Encoding.UTF8.GetString(received.Data.Span));
            }
        }

        return lines;
    }
}
