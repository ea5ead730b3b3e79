using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Networking;

/// <summary>Keeps the EndpointSlice and the Endpoints of every Service with a selector at what its pods are.</summary>
internal sealed class EndpointsController(ObjectStore store, TimeProvider timeProvider, ILogger<EndpointsController> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    private const string NameLabel = "kubernetes.io/service-name";
    private static readonly ResourceKey Slices = new("discovery.k8s.io", "endpointslices");
    private static readonly ResourceKey Endpoints = new("", "endpoints");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
    [
        (ServiceEndpoints.Services, Itself),
        (PodFactory.Pods, pod => Store.List(ServiceEndpoints.Services, pod.Namespace())
            .Where(service => Selector.MatchesMap(service.Obj("spec", "selector"), pod)).Select(ObjectName.Of)),
    ];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        var service = Store.Get(ServiceEndpoints.Services, name.Namespace, name.Name);
        if (service is null || Owners.IsBeingDeleted(service))
        {
            foreach (var slice in SlicesOf(name))
            {
                Store.Delete(Slices, name.Namespace, slice.Name());
            }
            Store.Delete(Endpoints, name.Namespace, name.Name);
            return null;
        }
        if (service.Obj("spec", "selector") is { Count: > 0 })
        {
            var pods = ServiceEndpoints.PodsOf(Store, service);
            Write(Slices, SlicesOf(name).FirstOrDefault(), Slice(service, pods));
            Write(Endpoints, Store.Get(Endpoints, name.Namespace, name.Name), EndpointsOf(service, pods));
        }
        return null;
    }

    private IEnumerable<JsonObject> SlicesOf(ObjectName service) => Store.List(Slices, service.Namespace)
        .Where(slice => slice.Str("metadata", "labels", NameLabel) == service.Name
            && Owners.ControllerOf(slice).Str("kind") == "Service");

    private void Write(ResourceKey type, JsonObject? existing, JsonObject wanted)
    {
        if (existing is null)
        {
            Store.Create(type, wanted);
            return;
        }
        Store.Mutate(type, existing.Namespace(), existing.Name(), stored =>
        {
            foreach (var (key, value) in wanted)
            {
                if (key is not ("metadata" or "kind" or "apiVersion"))
                {
                    stored[key] = value?.DeepClone();
                }
            }
            return true;
        });
    }

    private static JsonObject Slice(JsonObject service, List<JsonObject> pods)
    {
        var sample = pods.FirstOrDefault() ?? [];
        return new JsonObject
        {
            ["kind"] = "EndpointSlice",
            ["apiVersion"] = "discovery.k8s.io/v1",
            ["metadata"] = new JsonObject
            {
                ["generateName"] = service.Name() + "-",
                ["namespace"] = service.Namespace(),
                ["labels"] = new JsonObject
                {
                    ["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io",
                    [NameLabel] = service.Name(),
                },
                ["ownerReferences"] = new JsonArray(Owners.Reference(service)),
            },
            ["addressType"] = "IPv4",
            ["endpoints"] = new JsonArray([.. pods.Select(Endpoint)]),
            ["ports"] = new JsonArray([.. Ports(service, sample, withName: true)]),
        };
    }

    private static JsonObject Endpoint(JsonObject pod)
    {
        bool leaving = Owners.IsBeingDeleted(pod);
        bool serving = PodFacts.IsReady(pod);
        return new JsonObject
        {
            ["addresses"] = new JsonArray(pod.Str("status", "podIP")),
            ["conditions"] = new JsonObject { ["ready"] = serving && !leaving, ["serving"] = serving, ["terminating"] = leaving },
            ["targetRef"] = Reference(pod),
            ["nodeName"] = pod.Str("spec", "nodeName"),
        };
    }

    private static JsonObject EndpointsOf(JsonObject service, List<JsonObject> pods)
    {
        var live = pods.Where(pod => !Owners.IsBeingDeleted(pod)).ToList();
        var subset = new JsonObject();
        foreach (var (key, ready) in (ReadOnlySpan<(string, bool)>)[("addresses", true), ("notReadyAddresses", false)])
        {
            var addresses = live.Where(pod => PodFacts.IsReady(pod) == ready).Select(pod => new JsonObject
            {
                ["ip"] = pod.Str("status", "podIP"),
                ["nodeName"] = pod.Str("spec", "nodeName"),
                ["targetRef"] = Reference(pod),
            }).ToArray<JsonNode>();
            if (addresses.Length > 0)
            {
                subset[key] = new JsonArray(addresses);
            }
        }
        subset["ports"] = new JsonArray([.. Ports(service, live.FirstOrDefault() ?? [], withName: false)]);
        return new JsonObject
        {
            ["kind"] = "Endpoints",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = service.Name(),
                ["namespace"] = service.Namespace(),
                ["labels"] = new JsonObject { ["endpoints.kubernetes.io/managed-by"] = "endpoint-controller" },
            },
            ["subsets"] = live.Count == 0 ? new JsonArray() : new JsonArray(subset),
        };
    }

    private static IEnumerable<JsonNode> Ports(JsonObject service, JsonObject pod, bool withName)
    {
        foreach (var port in (service.Arr("spec", "ports") ?? []).OfType<JsonObject>())
        {
            if (ServiceEndpoints.TargetPort(port, pod) is not { } number)
            {
                continue;
            }
            var entry = new JsonObject();
            if (withName || port.Str("name") is not null)
            {
                entry["name"] = port.Str("name") ?? "";
            }
            entry["port"] = number;
            entry["protocol"] = port.Str("protocol") ?? "TCP";
            yield return entry;
        }
    }

    private static JsonObject Reference(JsonObject pod) => new()
    {
        ["kind"] = "Pod",
        ["namespace"] = pod.Namespace(),
        ["name"] = pod.Name(),
        ["uid"] = pod.Uid(),
    };
}
