using System.Text.Json.Nodes;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Volumes;

/// <summary>A volume cannot be set up yet: its container waits in ContainerCreating.</summary>
internal sealed class VolumeException(string message) : Exception(message);

/// <summary>What the volumes of a pod hold: relative path to content, from ConfigMaps, Secrets, the downward API and tokens.</summary>
internal sealed class VolumeFiles(ObjectStore store, ServiceAccountTokens tokens, TimeProvider timeProvider)
{
    private static readonly ResourceKey ConfigMaps = new("", "configmaps");
    private static readonly ResourceKey Secrets = new("", "secrets");
    private static readonly ResourceKey ServiceAccounts = new("", "serviceaccounts");

    /// <summary>The files of a volume; null when its kind has no files of its own (emptyDir and the like).</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="volume">One of spec.volumes.</param>
    /// <param name="issued">Tokens issued so far: they are kept until they are due.</param>
    /// <param name="podIP">The pod's address.</param>
    /// <param name="hostIP">Its node's address.</param>
    /// <exception cref="VolumeException">Something that it refers to is missing.</exception>
    public Dictionary<string, byte[]>? Build(JsonObject pod, JsonObject volume, IssuedTokens issued, string podIP, string hostIP)
    {
        if (volume.Obj("configMap") is { } configMap)
        {
            return FromObject(ConfigMaps, "configmap", pod, configMap, configMap.Str("name") ?? "");
        }
        if (volume.Obj("secret") is { } secret)
        {
            return FromObject(Secrets, "secret", pod, secret, secret.Str("secretName") ?? "");
        }
        if (volume.Obj("downwardAPI") is { } downward)
        {
            return FromFields(pod, downward, podIP, hostIP);
        }
        return volume.Obj("projected") is { } projected ? Projected(pod, volume, projected, issued, podIP, hostIP) : null;
    }

    private Dictionary<string, byte[]> Projected(
        JsonObject pod, JsonObject volume, JsonObject projected, IssuedTokens issued, string podIP, string hostIP)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var source in (projected.Arr("sources") ?? []).OfType<JsonObject>())
        {
            Dictionary<string, byte[]> more;
            if (source.Obj("serviceAccountToken") is { } token)
            {
                more = new() { [token.Str("path") ?? "token"] = Token(pod, volume, token, issued) };
            }
            else if (source.Obj("configMap") is { } configMap)
            {
                more = FromObject(ConfigMaps, "configmap", pod, configMap, configMap.Str("name") ?? "");
            }
            else if (source.Obj("secret") is { } secret)
            {
                more = FromObject(Secrets, "secret", pod, secret, secret.Str("name") ?? "");
            }
            else
            {
                more = source.Obj("downwardAPI") is { } downward ? FromFields(pod, downward, podIP, hostIP) : [];
            }
            foreach (var (path, content) in more)
            {
                files[path] = content;
            }
        }
        return files;
    }

    private byte[] Token(JsonObject pod, JsonObject volume, JsonObject source, IssuedTokens issued)
    {
        string account = pod.Str("spec", "serviceAccountName") ?? "default";
        if (store.Get(ServiceAccounts, pod.Namespace(), account) is not { } serviceAccount)
        {
            throw new VolumeException($"failed to fetch token: serviceaccounts \"{account}\" not found");
        }
        string audience = source.Str("audience") ?? ServiceAccountTokens.Issuer;
        var lifetime = TimeSpan.FromSeconds(source.Long("expirationSeconds") ?? 3600);
        string key = $"{volume.Str("name")}/{source.Str("path")}";
        return issued.GetOrIssue(key, timeProvider.GetUtcNow(), lifetime, () => tokens.Issue(
            new TokenClaims(pod.Namespace(), account, serviceAccount.Uid(), [audience], lifetime)
            {
                BoundTo = ("Pod", pod.Name(), pod.Uid()),
            }).Token);
    }

    private Dictionary<string, byte[]> FromObject(ResourceKey type, string word, JsonObject pod, JsonObject source, string name)
    {
        bool optional = source.Bool("optional") == true;
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (store.Get(type, pod.Namespace(), name) is not { } found)
        {
            return optional ? files : throw new VolumeException($"{word} \"{name}\" not found");
        }
        var all = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (key, value) in found.Obj("data") ?? [])
        {
            string text = (string?)value ?? "";
            all[key] = type == Secrets ? Convert.FromBase64String(text) : System.Text.Encoding.UTF8.GetBytes(text);
        }
        foreach (var (key, value) in found.Obj("binaryData") ?? [])
        {
            all[key] = Convert.FromBase64String((string?)value ?? "");
        }
        if (source.Arr("items") is not { Count: > 0 } items)
        {
            return all;
        }
        foreach (var item in items.OfType<JsonObject>())
        {
            string key = item.Str("key") ?? "";
            if (all.TryGetValue(key, out byte[]? content))
            {
                files[item.Str("path") ?? key] = content;
            }
            else if (!optional)
            {
                throw new VolumeException($"{word} references non-existent {(type == Secrets ? "secret" : "config")} key: {key}");
            }
        }
        return files;
    }

    private static Dictionary<string, byte[]> FromFields(JsonObject pod, JsonObject source, string podIP, string hostIP)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var item in (source.Arr("items") ?? []).OfType<JsonObject>())
        {
            string field = item.Str("fieldRef", "fieldPath") ?? "";
            string text;
            if (item.Obj("resourceFieldRef") is { } resource)
            {
                var container = (pod.Arr("spec", "containers") ?? []).OfType<JsonObject>()
                    .FirstOrDefault(c => c.Str("name") == resource.Str("containerName")) ?? [];
                text = PodFields.GetResource(container, resource.Str("resource") ?? "", resource.Str("divisor") ?? "") ?? "";
            }
            else
            {
                text = PodFields.Get(pod, field, podIP, hostIP) ?? throw new VolumeException($"unsupported fieldPath: {field}");
            }
            files[item.Str("path") ?? ""] = System.Text.Encoding.UTF8.GetBytes(text);
        }
        return files;
    }
}
