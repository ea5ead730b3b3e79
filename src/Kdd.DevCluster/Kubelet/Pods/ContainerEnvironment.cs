using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>Builds the environment of a container: what the cluster gives, envFrom, then env, each seeing what came before it.</summary>
internal sealed class ContainerEnvironment(ObjectStore store, Func<Uri> apiServer)
{
    private static readonly ResourceKey ConfigMaps = new("", "configmaps");
    private static readonly ResourceKey Secrets = new("", "secrets");

    /// <summary>The environment.</summary>
    /// <exception cref="ContainerStartException">CreateContainerConfigError: something that it refers to is missing.</exception>
    public Dictionary<string, string> Build(JsonObject pod, JsonObject container, string root, string podIP, string hostIP)
    {
        var environment = Base(pod, root);
        foreach (var source in (container.Arr("envFrom") ?? []).OfType<JsonObject>())
        {
            AddFrom(environment, pod, source);
        }
        foreach (var variable in (container.Arr("env") ?? []).OfType<JsonObject>())
        {
            string name = variable.Str("name") ?? "";
            string? value = variable.Obj("valueFrom") is { } from
                ? ValueFrom(pod, container, from, podIP, hostIP)
                : VariableExpansion.Expand(variable.Str("value") ?? "", environment);
            if (value is not null)
            {
                environment[name] = value;
            }
        }
        return environment;
    }

    private Dictionary<string, string> Base(JsonObject pod, string root)
    {
        var api = apiServer();
        string port = api.Port.ToString(CultureInfo.InvariantCulture);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = root,
            ["HOSTNAME"] = pod.Str("spec", "hostname") ?? pod.Name(),
            ["KDD_ROOT"] = root,
            ["KUBERNETES_SERVICE_HOST"] = api.Host,
            ["KUBERNETES_SERVICE_PORT"] = port,
            ["KUBERNETES_SERVICE_PORT_HTTPS"] = port,
        };
        // Programs of the host may need what tells them where their runtime lies; nothing else of the host's environment gets in.
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            string name = (string)entry.Key;
            if (name is "LANG" or "TZ" or "TMPDIR" or "LD_LIBRARY_PATH" || name.StartsWith("DOTNET_", StringComparison.Ordinal))
            {
                environment[name] = (string?)entry.Value ?? "";
            }
        }
        return environment;
    }

    private void AddFrom(Dictionary<string, string> environment, JsonObject pod, JsonObject source)
    {
        bool secret = source.Obj("secretRef") is not null;
        var reference = source.Obj("secretRef") ?? source.Obj("configMapRef");
        string name = reference.Str("name") ?? "";
        var found = store.Get(secret ? Secrets : ConfigMaps, pod.Namespace(), name);
        if (found is null && reference.Bool("optional") != true)
        {
            throw Missing($"{(secret ? "secret" : "configmap")} \"{name}\" not found");
        }
        foreach (var (key, value) in found?.Obj("data") ?? [])
        {
            environment[source.Str("prefix") + key] = Text(value, secret);
        }
    }

    private string? ValueFrom(JsonObject pod, JsonObject container, JsonObject from, string podIP, string hostIP)
    {
        if (from.Obj("fieldRef") is { } field)
        {
            string path = field.Str("fieldPath") ?? "";
            return PodFields.Get(pod, path, podIP, hostIP) ?? throw Missing($"unsupported fieldPath: {path}");
        }
        if (from.Obj("resourceFieldRef") is { } resource)
        {
            string name = resource.Str("resource") ?? "";
            return PodFields.GetResource(container, name, resource.Str("divisor") ?? "") ?? throw Missing($"unsupported resource: {name}");
        }
        return from.Obj("secretKeyRef") is { } secret
            ? FromKey(pod, secret, Secrets, "secret", "Secret")
            : FromKey(pod, from.Obj("configMapKeyRef"), ConfigMaps, "configmap", "ConfigMap");
    }

    private string? FromKey(JsonObject pod, JsonObject? reference, ResourceKey type, string word, string kind)
    {
        string name = reference.Str("name") ?? "";
        string key = reference.Str("key") ?? "";
        bool optional = reference.Bool("optional") == true;
        if (store.Get(type, pod.Namespace(), name) is not { } found)
        {
            return optional ? null : throw Missing($"{word} \"{name}\" not found");
        }
        if (found.Obj("data")?[key] is not { } value)
        {
            return optional ? null : throw Missing($"couldn't find key {key} in {kind} {pod.Namespace()}/{name}");
        }
        return Text(value, type == Secrets);
    }

    private static string Text(JsonNode? value, bool base64)
    {
        string text = (string?)value ?? "";
        return base64 ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : text;
    }

    private static ContainerStartException Missing(string message) => new("CreateContainerConfigError", message);
}
