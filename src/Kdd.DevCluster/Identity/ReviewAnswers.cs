using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Patching;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Identity;

/// <summary>Answers to reviews and token requests: nothing is stored, yet the sender owns what it sent, as in any create.</summary>
internal static class ReviewAnswers
{
    /// <summary>Writes the answer to what was sent.</summary>
    public static Task WriteReviewAsync(this ApiRequest request, JsonObject sent, JsonObject answer, TimeProvider timeProvider)
    {
        if (answer.Obj("spec") is { } spec)
        {
            RemoveEmpty(spec);
        }

        var kind = answer.Str("kind") ?? "";
        var schema = kind == "TokenRequest" ? ModelSchemas.Of(typeof(Authenticationv1TokenRequest))
            : BuiltInResources.All.FirstOrDefault(r => r.Kind == kind)?.Schema ?? Schema.Any;
        var owned = new JsonObject();
        if (sent.Obj("spec")?.DeepClone() is JsonObject given)
        {
            RemoveEmpty(given);
            owned["spec"] = given;
        }

        var options = WriteOptions.Of(request.Http.Request, "CreateOptions");
        var writer = new FieldWriter(options.FieldManager, answer.Str("apiVersion") ?? "", request.Info.Subresource, ObjectRules.Timestamp(timeProvider));
        ManagedFields.Update(null, owned, schema, writer);
        if (owned["metadata"]?["managedFields"] is { } fields)
        {
            answer.Metadata()["managedFields"] = fields.DeepClone();
        }

        return request.WriteObjectAsync(201, answer);
    }

    // Go leaves empty strings out.
    private static void RemoveEmpty(JsonObject obj)
    {
        foreach (var (name, value) in obj.ToList())
        {
            if (value is JsonObject child)
            {
                RemoveEmpty(child);
            }
            else if (value?.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0)
            {
                obj.Remove(name);
            }
        }
    }
}
