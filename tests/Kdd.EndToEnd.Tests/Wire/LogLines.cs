using Kdd.EndToEnd.Tests.Cluster;
using Xunit;

namespace Kdd.EndToEnd.Tests.Wire;

/// <summary>The <c>log</c> events of a stream as a plain HTTP reader takes them.</summary>
internal static class LogLines
{
    /// <summary>Reads a LogView's events until <paramref name="enough"/> says so.</summary>
    public static async Task<List<SseEvent>> ReadUntilAsync(InstalledCluster cluster, string path, Func<SseEvent, bool> enough)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using HttpResponseMessage response = await cluster.Gateway.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        List<SseEvent> events = [];
        await foreach (SseEvent received in SseEvent.ReadAllAsync(await response.Content.ReadAsStreamAsync(patience.Token), patience.Token))
        {
            events.Add(received);
            if (enough(received))
            {
                return events;
            }
        }

        throw new InvalidOperationException($"the stream ended after {events.Count} events: {string.Join(" ", events.TakeLast(3))}");
    }

    public static string Pod(this SseEvent log) => log.Json.GetProperty("pod").GetString()!;

    public static string Message(this SseEvent log) => log.Json.GetProperty("message").GetString()!;
}
