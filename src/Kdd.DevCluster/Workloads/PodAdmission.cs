using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>
/// What an API server's admission adds to a new pod: the service account and the volume with its token (plugin ServiceAccount), and
/// the priority, tolerations, and the status of a pod that nobody has looked at.
/// </summary>
public sealed class PodAdmission(ObjectStore store)
{
    /// <summary>Where a container finds its service account.</summary>
    public const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static readonly ResourceKey ServiceAccounts = new("", "serviceaccounts");

    /// <summary>Completes a pod in place; does nothing to one that is complete.</summary>
    public void Admit(JsonObject pod)
    {
        if (pod.Obj("spec") is not { } spec)
        {
            return;
        }
        string account = spec.Str("serviceAccountName") is { Length: > 0 } named ? named : "default";
        spec["serviceAccountName"] = account;
        spec["serviceAccount"] = account;
        var serviceAccount = store.Get(ServiceAccounts, pod.Namespace(), account);
        bool mount = spec.Bool("automountServiceAccountToken") ?? serviceAccount.Bool("automountServiceAccountToken") ?? true;
        if (mount)
        {
            AddToken(spec);
        }
        spec.Default("preemptionPolicy", "PreemptLowerPriority");
        spec.Default("priority", 0);
        AddTolerations(spec);
        if (pod.Obj("status") is not { Count: > 0 })
        {
            pod["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService.Of(pod) };
        }
    }

    // Plugin DefaultTolerationSeconds: five minutes on a node that is gone, unless the pod says otherwise.
    private static void AddTolerations(JsonObject spec)
    {
        var tolerations = ArrayOf(spec, "tolerations");
        foreach (string key in (string[])["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            if (!tolerations.Any(t => (t.Str("key") ?? "") is var own && (own == key || own.Length == 0) && t.Str("effect") is null or "" or "NoExecute"))
            {
                tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
            }
        }
    }

    private static void AddToken(JsonObject spec)
    {
        var containers = (spec.Arr("containers") ?? []).Concat(spec.Arr("initContainers") ?? []).OfType<JsonObject>()
            .Where(container => !(container.Arr("volumeMounts") ?? []).Any(mount => mount.Str("mountPath") == MountPath))
            .ToList();
        if (containers.Count == 0)
        {
            return;
        }
        string name = $"kube-api-access-{string.Concat(Random.Shared.GetItems("bcdfghjklmnpqrstvwxz2456789".AsSpan(), 5))}";
        foreach (var container in containers)
        {
            ArrayOf(container, "volumeMounts").Add(
                new JsonObject { ["name"] = name, ["readOnly"] = true, ["mountPath"] = MountPath });
        }
        ArrayOf(spec, "volumes").Add(new JsonObject
        {
            ["name"] = name,
            ["projected"] = new JsonObject
            {
                ["defaultMode"] = 420,
                ["sources"] = new JsonArray(
                    new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = 3607, ["path"] = "token" } },
                    new JsonObject
                    {
                        ["configMap"] = new JsonObject
                        {
                            ["name"] = NamespaceController.RootCaName,
                            ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }),
                        },
                    },
                    new JsonObject
                    {
                        ["downwardAPI"] = new JsonObject
                        {
                            ["items"] = new JsonArray(new JsonObject
                            {
                                ["path"] = "namespace",
                                ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                            }),
                        },
                    }),
            },
        });
    }

    private static JsonArray ArrayOf(JsonObject obj, string key)
    {
        if (obj[key] is not JsonArray array)
        {
            array = [];
            obj[key] = array;
        }
        return array;
    }
}
