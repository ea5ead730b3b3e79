using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Networking;

/// <summary>Which pods stand behind a Service and on which ports.</summary>
internal static class ServiceEndpoints
{
    public static ResourceKey Services { get; } = new("", "services");

    /// <summary>The pods that the Service selects and that have an address, by name.</summary>
    public static List<JsonObject> PodsOf(ObjectStore store, JsonObject service) =>
    [
        .. store.List(PodFactory.Pods, service.Namespace()).Where(pod =>
            Selector.MatchesMap(service.Obj("spec", "selector"), pod) && pod.Str("status", "podIP") is not null
            && !PodFacts.IsFinished(pod)),
    ];

    /// <summary>The port of a pod that a Service's port leads to; null when the pod has no port of that name.</summary>
    public static int? TargetPort(JsonObject servicePort, JsonObject pod)
    {
        var target = servicePort["targetPort"];
        if (target is JsonValue value && value.GetValueKind() == JsonValueKind.String)
        {
            string name = (string)target!;
            return (pod.Arr("spec", "containers") ?? []).SelectMany(c => c.Arr("ports") ?? [])
                .FirstOrDefault(port => port.Str("name") == name).Int("containerPort");
        }
        return servicePort.Int("targetPort") ?? servicePort.Int("port");
    }

    /// <summary>A ready pod of the Service's port, drawn at random; null when there is none.</summary>
    public static IPEndPoint? Choose(ObjectStore store, JsonObject service, JsonObject servicePort)
    {
        var ready = PodsOf(store, service).Where(pod => PodFacts.IsReady(pod) && !Owners.IsBeingDeleted(pod))
            .Select(pod => (Address: pod.Str("status", "podIP")!, Port: TargetPort(servicePort, pod)))
            .Where(target => target.Port is not null).ToList();
        if (ready.Count == 0)
        {
            return null;
        }
        var (address, port) = ready[Random.Shared.Next(ready.Count)];
        return new IPEndPoint(IPAddress.Parse(address), port!.Value);
    }

    /// <summary>The port that a name or number means; a Service with one port needs neither.</summary>
    public static JsonObject? FindPort(JsonObject service, string port)
    {
        var ports = (service.Arr("spec", "ports") ?? []).OfType<JsonObject>().ToList();
        return port.Length == 0
            ? ports.Count == 1 ? ports[0] : null
            : ports.FirstOrDefault(p => p.Str("name") == port || p.Int("port")?.ToString(System.Globalization.CultureInfo.InvariantCulture) == port);
    }
}
