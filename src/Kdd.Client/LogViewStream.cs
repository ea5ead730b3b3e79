using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kdd.Api.Wire;

namespace Kdd.Client;

/// <summary>
/// Reads a LogView's stream for as long as it lives: reconnects, resumes at the last cursor and drops what it has seen, so that
/// every line comes once, or a <c>gap</c> says what is missing.
/// </summary>
/// <param name="http">Base address is the gateway; carries the credentials; no timeout of its own.</param>
public sealed class LogViewStream(HttpClient http, TimeProvider timeProvider)
{
    /// <summary>Three of the server's 15 s heartbeats: a connection silent for longer is dead.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(45);

    private readonly ReconnectDelay _delay = new();

    /// <summary>Connections opened so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Reads events until the session ends or the token is cancelled.</summary>
    /// <param name="query">Query of the request without <c>cursor</c>, such as <c>pod=web-*&amp;tail=100</c>; may be empty.</param>
    /// <exception cref="StreamRefusedException">400, 401, 403 or 404; the message is the server's.</exception>
    public async IAsyncEnumerable<StreamEvent> ReadAsync(
        string @namespace, string name, string query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SeenPositions seen = new(timeProvider);
        string path = $"api/logviews/{Uri.EscapeDataString(@namespace)}/{Uri.EscapeDataString(name)}/stream{(query.Length == 0 ? "" : "?" + query)}";
        string lastEventId = "";
        while (true)
        {
            await using StreamConnection connection = await ConnectAsync(path, lastEventId, cancellationToken);
            if (connection.IsOver)
            {
                yield break;
            }

            while (await connection.ReadAsync(cancellationToken) is { } item)
            {
                _delay.Learn(item);
                StreamCursor? cursor = StreamCursor.TryParse(item.EventId, out StreamCursor parsed) && item.EventType is StreamEvents.Log or StreamEvents.Lifecycle or StreamEvents.Gap ? parsed : null;
                bool isNew = item.EventType != StreamEvents.Log || cursor is null || seen.Accept(cursor.Value, XxHash3.HashToUInt64(MessageOf(item.Data)));
                lastEventId = item.EventId ?? lastEventId;
                if (item.EventType == StreamEvents.Synced)
                {
                    seen.Synced();
                }

                if (isNew)
                {
                    yield return new StreamEvent(item.EventType, item.Data, cursor);
                }

                if (item.EventType == StreamEvents.End)
                {
                    yield break;
                }
            }

            await Task.Delay(_delay.Next(), timeProvider, cancellationToken);
        }
    }

    /// <summary>The message as it stands in a line's data, still escaped; all of it where the data is something else.</summary>
    private static ReadOnlySpan<byte> MessageOf(byte[] data)
    {
        if (data is not [(byte)'{', ..])
        {
            return data;
        }

        Utf8JsonReader reader = new(data);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("message"u8) && reader.Read())
            {
                return reader.ValueSpan;
            }
        }

        return data;
    }

    private async Task<StreamConnection> ConnectAsync(string path, string lastEventId, CancellationToken cancellationToken)
    {
        while (true)
        {
            HttpResponseMessage? response = await TrySendAsync(path, lastEventId, cancellationToken);
            switch (response?.StatusCode)
            {
                case HttpStatusCode.OK:
                    _delay.Opened();
                    return new StreamConnection(response, await response.Content.ReadAsStreamAsync(cancellationToken), SilenceLimit, timeProvider);
                case HttpStatusCode.NoContent:
                    return new StreamConnection(response);
                case HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound:
                    using (response)
                    {
                        throw new StreamRefusedException(response.StatusCode, await MessageOfAsync(response, cancellationToken));
                    }

                default:
                    TimeSpan? retryAfter = response?.Headers.RetryAfter?.Delta;
                    response?.Dispose();
                    await Task.Delay(retryAfter ?? _delay.Next(), timeProvider, cancellationToken);
                    break;
            }
        }
    }

    private async Task<HttpResponseMessage?> TrySendAsync(string path, string lastEventId, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        try
        {
            Connections++;
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>The <c>message</c> of a Kubernetes Status, or the status line where the body is something else.</summary>
    private static async Task<string> MessageOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using JsonDocument status = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            return status.RootElement.GetProperty("message").GetString() ?? "";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase}");
        }
    }
}
