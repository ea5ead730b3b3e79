using System.Globalization;

namespace Kdd.DevCluster.Http;

/// <summary>Options of writes in the query: CreateOptions, UpdateOptions, PatchOptions, DeleteOptions of meta/v1.</summary>
/// <param name="DryRun">dryRun=All: answer as if written, store nothing.</param>
/// <param name="FieldValidation">Ignore, Warn or Strict.</param>
/// <param name="FieldManager">Who writes; from the query, or the User-Agent up to its slash.</param>
/// <param name="Force">force=true of an apply.</param>
internal readonly record struct WriteOptions(bool DryRun, string FieldValidation, string FieldManager, bool Force)
{
    /// <param name="request">The request.</param>
    /// <param name="kind">CreateOptions, UpdateOptions or PatchOptions, for messages.</param>
    /// <exception cref="ApiException">422 for a value that is not allowed.</exception>
    public static WriteOptions Of(HttpRequest request, string kind)
    {
        var query = request.Query;
        var errors = new List<FieldError>();
        var dryRun = query["dryRun"];
        if (dryRun.Any(v => v is not ("All" or "")))
        {
            errors.Add(FieldError.NotSupported("dryRun", new System.Text.Json.Nodes.JsonArray([.. dryRun.Select(v => (System.Text.Json.Nodes.JsonNode?)v)]), ["All"]));
        }

        var validation = query["fieldValidation"].ToString();
        if (validation is not ("" or "Ignore" or "Warn" or "Strict"))
        {
            errors.Add(FieldError.NotSupported("fieldValidation", validation, ["", "Ignore", "Strict", "Warn"]));
        }

        var manager = query["fieldManager"].ToString();
        if (manager.Length > 128)
        {
            errors.Add(new FieldError("FieldValueTooLong", "fieldManager", "Too long: may not be more than 128 bytes"));
        }

        if (errors.Count > 0)
        {
            throw Errors.Invalid("meta.k8s.io", kind, "", errors);
        }

        var agent = request.Headers.UserAgent.ToString().Split('/')[0];
        return new WriteOptions(
            dryRun.Contains("All"),
            validation.Length == 0 ? "Warn" : validation,
            manager.Length > 0 ? manager : agent.Length > 0 ? agent[..Math.Min(agent.Length, 128)] : "unknown",
            RequestInfoParser.IsTrue(query["force"]));
    }

    /// <summary>A non-negative number from the query; null when it is not there.</summary>
    /// <exception cref="ApiException">400 for anything else.</exception>
    public static long? Number(HttpRequest request, string name)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Errors.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax (parameter {name} must be a whole number)");
    }
}
