namespace Kdd.DevCluster.Http;

/// <summary>The form of an answer.</summary>
internal enum AnswerForm
{
    Object,
    Table,
    PartialMetadata,
}

/// <summary>What a client accepts: the first clause of its Accept header that can be served.</summary>
/// <param name="Form">The object itself, a Table or PartialObjectMetadata.</param>
/// <param name="Yaml">application/yaml instead of JSON.</param>
internal readonly record struct Negotiation(AnswerForm Form, bool Yaml)
{
    private static readonly string[] Groups = ["v1", "v1beta1"];

    /// <exception cref="ApiException">406 when nothing fits.</exception>
    public static Negotiation Of(HttpRequest request)
    {
        var header = request.Headers.Accept.ToString();
        if (header.Length == 0)
        {
            return default;
        }

        foreach (var clause in header.Split(',', StringSplitOptions.TrimEntries))
        {
            var parts = clause.Split(';', StringSplitOptions.TrimEntries);
            var yaml = parts[0] == "application/yaml";
            if (!yaml && parts[0] is not ("application/json" or "*/*" or "application/*"))
            {
                continue;
            }

            var (form, group, version) = (Parameter(parts, "as"), Parameter(parts, "g"), Parameter(parts, "v"));
            switch (form)
            {
                case null:
                    return new Negotiation(AnswerForm.Object, yaml);
                case "Table" when group == "meta.k8s.io" && Groups.Contains(version):
                    return new Negotiation(AnswerForm.Table, yaml);
                case "PartialObjectMetadata" or "PartialObjectMetadataList" when group == "meta.k8s.io" && Groups.Contains(version):
                    return new Negotiation(AnswerForm.PartialMetadata, yaml);
            }
        }

        throw new ApiException(406, "NotAcceptable",
            "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf");
    }

    private static string? Parameter(string[] parts, string name) =>
        parts.FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
