using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>Defaults of pods and pod templates.</summary>
internal static class PodDefaults
{
    /// <summary>Fills a PodSpec.</summary>
    public static void Apply(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("securityContext", new JsonObject());
        if (spec.Str("serviceAccountName") is { Length: > 0 } account)
        {
            spec.Default("serviceAccount", account); // the deprecated alias is kept equal
        }

        foreach (var volume in spec.Arr("volumes")?.OfType<JsonObject>() ?? [])
        {
            Volume(volume);
        }

        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            foreach (var container in spec.Arr(list)?.OfType<JsonObject>() ?? [])
            {
                Container(container);
            }
        }
    }

    private static void Container(JsonObject container)
    {
        var image = container.Str("image") ?? "";
        var tag = image.Split('/')[^1].Split(':') is [_, var t] ? t : "";
        container.Default("imagePullPolicy", tag is "" or "latest" && !image.Contains('@', StringComparison.Ordinal) ? "Always" : "IfNotPresent");
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        container.Default("resources", new JsonObject());
        foreach (var port in container.Arr("ports")?.OfType<JsonObject>() ?? [])
        {
            port.Default("protocol", "TCP");
        }

        foreach (var variable in container.Arr("env")?.OfType<JsonObject>() ?? [])
        {
            variable.Obj("valueFrom", "fieldRef")?.Default("apiVersion", "v1");
        }

        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Obj(probe) is { } value)
            {
                Probe(value);
            }
        }
    }

    private static void Probe(JsonObject probe)
    {
        probe.Default("timeoutSeconds", 1);
        probe.Default("periodSeconds", 10);
        probe.Default("successThreshold", 1);
        probe.Default("failureThreshold", 3);
        if (probe.Obj("httpGet") is { } get)
        {
            get.Default("path", "/");
            get.Default("scheme", "HTTP");
        }
    }

    private static void Volume(JsonObject volume)
    {
        volume.Obj("configMap")?.Default("defaultMode", 420);
        volume.Obj("secret")?.Default("defaultMode", 420);
        volume.Obj("downwardAPI")?.Default("defaultMode", 420);
        volume.Obj("projected")?.Default("defaultMode", 420);
        volume.Obj("hostPath")?.Default("type", "");
        foreach (var source in volume.Arr("projected", "sources")?.OfType<JsonObject>() ?? [])
        {
            source.Obj("serviceAccountToken")?.Default("expirationSeconds", 3600);
        }

        foreach (var item in volume.Arr("downwardAPI", "items")?.OfType<JsonObject>() ?? [])
        {
            item.Obj("fieldRef")?.Default("apiVersion", "v1");
        }
    }
}
