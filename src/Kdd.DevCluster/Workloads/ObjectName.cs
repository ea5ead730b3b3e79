using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Namespace and name of an object: what controllers' queues hold.</summary>
internal readonly record struct ObjectName(string Namespace, string Name)
{
    public static ObjectName Of(JsonObject obj) => new(obj.Namespace(), obj.Name());
}
