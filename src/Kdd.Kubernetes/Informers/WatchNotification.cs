using System.Net;
using System.Text.Json;

namespace Kdd.Kubernetes.Informers;

/// <summary>One line of a watch, parsed from its bytes.</summary>
internal readonly record struct WatchNotification<T>(WatchNotificationType Type, T? Object, NamespacedName Name, string? Version, KubernetesApiException? Error, bool EndsList = false)
    where T : class
{
    /// <exception cref="JsonException">The line is not a watch notification; whatever it was meant to say is unknown.</exception>
    public static WatchNotification<T> Parse(ReadOnlySpan<byte> line, ObjectFormat<T> format)
    {
        (WatchNotificationType type, int start) = Find(line);
        ReadOnlySpan<byte> json = line[start..];
        var reader = new ObjectJsonReader(json);
        reader.Read();
        switch (type)
        {
            case WatchNotificationType.Error:
                reader.Json.Skip();
                return new(type, null, default, null, ApiErrors.From(HttpStatusCode.InternalServerError, json[..(int)reader.Json.BytesConsumed]));
            case WatchNotificationType.Bookmark:
                ObjectHead bookmark = ObjectHead.Read(ref reader);
                return new(type, null, default, bookmark.Version, null, bookmark.EndsList);
            default:
                try
                {
                    T read = format.Read(ref reader);
                    return new(type, read, format.NameOf(read), format.VersionOf(read), null);
                }
                catch (JsonException)
                {
                    reader = new ObjectJsonReader(json);
                    reader.Read();
                    ObjectHead head = ObjectHead.Read(ref reader);
                    return new(type, null, head.Name, head.Version, null);
                }
        }
    }

    /// <summary>
    /// The type, and where the object begins: the API server writes type first, but JSON promises no order. Where it does, the
    /// object is not read twice.
    /// </summary>
    private static (WatchNotificationType Type, int ObjectStart) Find(ReadOnlySpan<byte> line)
    {
        WatchNotificationType? type = null;
        int start = -1;
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("a watch notification is a JSON object");
        }

        while ((type is null || start < 0) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType)
            {
                type = TypeOf(ref reader);
            }
            else if (isObject && reader.TokenType == JsonTokenType.StartObject)
            {
                start = (int)reader.TokenStartIndex;
            }

            if (type is null || start < 0)
            {
                reader.Skip();
            }
        }

        return type is { } known && start >= 0 ? (known, start) : throw new JsonException("a watch notification has a known type and an object");
    }

    private static WatchNotificationType? TypeOf(ref Utf8JsonReader reader)
        => reader.TokenType != JsonTokenType.String ? null
            : reader.ValueTextEquals("ADDED"u8) ? WatchNotificationType.Added
            : reader.ValueTextEquals("MODIFIED"u8) ? WatchNotificationType.Modified
            : reader.ValueTextEquals("DELETED"u8) ? WatchNotificationType.Deleted
            : reader.ValueTextEquals("BOOKMARK"u8) ? WatchNotificationType.Bookmark
            : reader.ValueTextEquals("ERROR"u8) ? WatchNotificationType.Error
            : null;
}

internal enum WatchNotificationType
{
    Added,
    Modified,
    Deleted,

    /// <summary>Only advances the position: what came before it has been sent.</summary>
    Bookmark,
    Error,
}
