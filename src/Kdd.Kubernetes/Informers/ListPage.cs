using System.Text.Json;

namespace Kdd.Kubernetes.Informers;

/// <summary>One page of a list, parsed in a single pass over its bytes.</summary>
internal sealed class ListPage<T>
{
    public List<T> Items { get; } = [];

    /// <summary>Position of the whole list; the watch goes on from it.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Token of the next page; null on the last (an empty one also means last).</summary>
    public string? Continue { get; private set; }

    /// <summary>Objects that could not be parsed.</summary>
    public List<NamespacedName> Unreadable { get; } = [];

    /// <exception cref="JsonException">Not a list at all.</exception>
    public static ListPage<T> Parse(ReadOnlySpan<byte> body, ObjectReader<T> read)
    {
        var page = new ListPage<T>();
        var reader = new ObjectJsonReader(body);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool items = reader.ValueTextEquals("items"u8);
            bool metadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (items && reader.TokenType == JsonTokenType.StartArray)
            {
                page.ReadItems(ref reader, read);
            }
            else if (metadata && reader.TokenType == JsonTokenType.StartObject)
            {
                page.ReadMetadata(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return page;
    }

    private void ReadItems(ref ObjectJsonReader reader, ObjectReader<T> read)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ObjectJsonReader start = reader;
            try
            {
                Items.Add(read(ref reader));
            }
            catch (JsonException)
            {
                // The object is well-formed JSON of the wrong form (the list as a whole parses): step over it alone.
                reader = start;
                Unreadable.Add(ObjectHead.Read(ref reader).Name);
            }
        }
    }

    private void ReadMetadata(ref ObjectJsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool version = reader.ValueTextEquals("resourceVersion"u8);
            bool next = reader.ValueTextEquals("continue"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                Version = version ? reader.Json.GetString()! : Version;
                Continue = next && reader.Json.GetString() is { Length: > 0 } token ? token : Continue;
            }
            else
            {
                reader.Skip();
            }
        }
    }
}
