using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Kdd.EndToEnd.Tests.Wire;

/// <summary>One Server-Sent Event (WHATWG HTML, section 9.2), as a plain reader sees it.</summary>
internal sealed record SseEvent(string Event, string Id, string Data)
{
    public JsonElement Json => JsonDocument.Parse(Data).RootElement;

    /// <summary>Reads a response's events until it ends or the token is cancelled. Written from the standard, not from kdd's code.</summary>
    public static async IAsyncEnumerable<SseEvent> ReadAllAsync(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using StreamReader reader = new(body);
        string name = "message", id = "";
        List<string> data = [];
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Count > 0)
                {
                    yield return new SseEvent(name, id, string.Join('\n', data));
                }

                name = "message";
                data.Clear();
                continue;
            }

            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string value = colon < 0 ? "" : line[(colon + 1)..].TrimStart(' ');
            switch (colon < 0 ? line : line[..colon])
            {
                case "event":
                    name = value;
                    break;
                case "id":
                    id = value;
                    break;
                case "data":
                    data.Add(value);
                    break;
            }
        }
    }
}
