using System.Globalization;

namespace Kdd.DevCluster.Protobuf;

/// <summary>One field of a message: its JSON name (<c>*</c> where its members stand in the parent) and its type in the notation of Messages.txt.</summary>
internal sealed record MessageField(string Name, string Type)
{
    public bool IsInline => Name == "*";
}

/// <summary>The messages that DevCluster can decode, from Messages.txt.</summary>
internal static class MessageCatalog
{
    private static readonly Dictionary<string, Dictionary<int, MessageField>> Messages = Load();

    /// <summary>Fields by number; null for a message that is not listed.</summary>
    public static IReadOnlyDictionary<int, MessageField>? Find(string message) => Messages.GetValueOrDefault(message);

    /// <summary>Name of a kind's message in the catalog, such as <c>apps/v1.Deployment</c> or <c>v1.Secret</c>.</summary>
    public static string NameOf(string apiVersion, string kind) => kind == "DeleteOptions" ? "meta.DeleteOptions" : $"{ShortGroup(apiVersion)}.{kind}";

    /// <summary><c>rbac.authorization.k8s.io/v1</c> is <c>rbac/v1</c> in the catalog, as its Go package is.</summary>
    private static string ShortGroup(string apiVersion)
    {
        string[] parts = apiVersion.Split('/');
        return parts.Length == 1 ? apiVersion : $"{parts[0].Split('.')[0]}/{parts[1]}";
    }

    private static Dictionary<string, Dictionary<int, MessageField>> Load()
    {
        using Stream stream = typeof(MessageCatalog).Assembly.GetManifestResourceStream("Kdd.DevCluster.Protobuf.Messages.txt")!;
        using StreamReader reader = new(stream);
        Dictionary<string, Dictionary<int, MessageField>> messages = [];
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                messages[words[0]] = words.Skip(1).Select(word => word.Split(':', 3)).ToDictionary(
                    field => int.Parse(field[0], CultureInfo.InvariantCulture),
                    field => new MessageField(field[1], field[2]));
            }
        }

        return messages;
    }
}
