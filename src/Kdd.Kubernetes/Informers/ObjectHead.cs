using System.Text.Json;

namespace Kdd.Kubernetes.Informers;

/// <summary>Name and version of an object whose form is not known, or not as expected.</summary>
/// <param name="EndsList">A bookmark's mark that all that was there has been sent (KEP-3157).</param>
internal readonly record struct ObjectHead(NamespacedName Name, string? Version, bool EndsList)
{
    /// <summary><paramref name="reader"/> stands on the object's <c>{</c> and is left on its <c>}</c>.</summary>
    public static ObjectHead Read(ref ObjectJsonReader reader)
    {
        ObjectHead head = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool metadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (metadata && reader.TokenType == JsonTokenType.StartObject)
            {
                head = ReadMetadata(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return head;
    }

    private static ObjectHead ReadMetadata(ref ObjectJsonReader reader)
    {
        string? name = null, ns = null, version = null;
        bool endsList = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isName = reader.ValueTextEquals("name"u8);
            bool isNamespace = reader.ValueTextEquals("namespace"u8);
            bool isVersion = reader.ValueTextEquals("resourceVersion"u8);
            bool isAnnotations = reader.ValueTextEquals("annotations"u8);
            reader.Read();
            if (isAnnotations && reader.TokenType == JsonTokenType.StartObject)
            {
                endsList = ReadEndsList(ref reader);
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                name = isName ? reader.Json.GetString() : name;
                ns = isNamespace ? reader.Json.GetString() : ns;
                version = isVersion ? reader.Json.GetString() : version;
            }
            else
            {
                reader.Skip();
            }
        }

        return new ObjectHead(new NamespacedName(ns ?? "", name ?? ""), version, endsList);
    }

    private static bool ReadEndsList(ref ObjectJsonReader reader)
    {
        bool endsList = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMark = reader.ValueTextEquals("k8s.io/initial-events-end"u8);
            reader.Read();
            endsList |= isMark && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("true"u8);
            reader.Skip();
        }

        return endsList;
    }
}
