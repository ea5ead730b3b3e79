using System.Text;
using System.Text.Json;
using Kdd.Api.Wire;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>An event as a client's parser sees it.</summary>
internal sealed record SseEvent(string Name, string? Id, JsonElement Data)
{
    public string Text(string property) => Data.GetProperty(property).GetString()!;

    public StreamCursor Cursor => StreamCursor.TryParse(Id, out StreamCursor cursor) ? cursor : throw new FormatException($"not a cursor: {Id}");

    public override string ToString() => $"{Name} {Id} {Data}";

    /// <summary>Parses complete events by the rules of the HTML standard, strictly: any other field is an error.</summary>
    public static List<SseEvent> Parse(ReadOnlySpan<byte> bytes)
    {
        var events = new List<SseEvent>();
        foreach (string block in Encoding.UTF8.GetString(bytes).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string? id = null;
            string? name = null;
            string? data = null;
            foreach (string line in block.Split('\n'))
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                string value = line[(colon + 1)..].TrimStart(' ');
                switch (line[..colon])
                {
                    case "id":
                        id = value;
                        break;
                    case "event":
                        name = value;
                        break;
                    case "data":
                        data = value;
                        break;
                    case "" or "retry":
                        break;
                    default:
                        throw new FormatException($"unexpected field in: {block}");
                }
            }

            if (name is not null)
            {
                events.Add(new SseEvent(name, id, JsonDocument.Parse(data!).RootElement.Clone()));
            }
        }

        return events;
    }
}
