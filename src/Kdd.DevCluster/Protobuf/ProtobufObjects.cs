using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Protobuf;


/// <summary>Bodies of application/vnd.kubernetes.protobuf as JSON.</summary>
internal static class ProtobufObjects
{
    public static JsonObject Decode(byte[] body)
    {
        _ = body;
        throw RequestBody.UnsupportedMediaType("application/json, application/yaml");
    }
}
