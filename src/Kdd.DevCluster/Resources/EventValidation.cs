using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>Rules of Events that come by events.k8s.io; those of core/v1 are looser (pkg/apis/core/validation/events.go).</summary>
internal static class EventValidation
{
    private const int MaxNoteBytes = 1024;

    public static void Validate(JsonObject obj, JsonObject? old, List<FieldError> errors)
    {
        // Stored Events are core/v1; one without reportingComponent was written by the old API.
        if (old is not null || obj.Str("reportingComponent") is not { Length: > 0 })
        {
            return;
        }

        if (obj["eventTime"] is null)
        {
            errors.Add(FieldError.Required("eventTime"));
            return;
        }

        foreach (var field in (ReadOnlySpan<string>)["reportingInstance", "action", "reason"])
        {
            if (obj.Str(field) is not { Length: > 0 })
            {
                errors.Add(FieldError.Required(field));
            }
        }

        if (obj.Str("type") is not ("Normal" or "Warning"))
        {
            errors.Add(FieldError.Invalid("type", "", $"has invalid value: {obj.Str("type")}"));
        }

        if (System.Text.Encoding.UTF8.GetByteCount(obj.Str("message") ?? "") > MaxNoteBytes)
        {
            errors.Add(FieldError.Invalid("message", "", $"can have at most {MaxNoteBytes} characters"));
        }
    }
}
