using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Kdd.Kubernetes;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Kdd.Gateway.Access;

/// <summary>
/// The keys of session cookies, in a Secret that the replicas share: what one wrote, another reads, and a rolling restart
/// signs nobody out. A key is an entry of the Secret's data.
/// </summary>
/// <param name="name">Exists already: the gateway may read and patch this one Secret, not create any.</param>
public sealed class SecretKeyRing(KubernetesApi api, NamespacedName name, ILogger<SecretKeyRing> logger) : IXmlRepository
{
    private readonly ApiPath _path = ApiPath.To(new ResourceType("", "v1", "secrets")).Named(name);
    private string? _readVersion;

    /// <summary>The framework asks once at start and then every 24 h, synchronously.</summary>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        JsonNode secret = JsonNode.Parse(Wait(api.GetBytesAsync(_path, CancellationToken.None)))!;
        Volatile.Write(ref _readVersion, (string?)secret["metadata"]?["resourceVersion"]);
        IEnumerable<KeyValuePair<string, JsonNode?>> data = secret["data"] as JsonObject ?? [];
        return [.. data.Select(Read).OfType<XElement>()];
    }

    /// <summary>
    /// Adds a key, unless another replica was faster: two that start together would else each encrypt with a key that the
    /// other reads only a day later. The framework reads again after this and takes the other's.
    /// </summary>
    public void StoreElement(XElement element, string friendlyName)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = Volatile.Read(ref _readVersion) },
            ["data"] = new JsonObject { [friendlyName + ".xml"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting))) },
        };
        try
        {
            Wait(api.MergePatchAsync(_path, JsonSerializer.SerializeToUtf8Bytes(patch), CancellationToken.None));
        }
        catch (KubernetesApiException e) when (e.IsConflict)
        {
            logger.LogInformation("Another replica has just stored a session key; this one will use it");
        }
    }

    private XElement? Read(KeyValuePair<string, JsonNode?> entry)
    {
        try
        {
            return XElement.Parse(Encoding.UTF8.GetString(Convert.FromBase64String((string?)entry.Value ?? "")));
        }
        catch (Exception e) when (e is FormatException or System.Xml.XmlException or InvalidOperationException)
        {
            logger.LogWarning("Entry {Entry} of Secret {Secret} is not a session key", entry.Key, name);
            return null;
        }
    }

    /// <summary>There is no asynchronous form of the interface; it is called off the request path (<see cref="SessionKeys"/>).</summary>
    private static T Wait<T>(Task<T> call) => call.GetAwaiter().GetResult();
}
