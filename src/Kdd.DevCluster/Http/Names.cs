using System.Text.RegularExpressions;

namespace Kdd.DevCluster.Http;

/// <summary>Rules for names, with the words of apimachinery's validation.</summary>
internal static partial class Names
{
    /// <summary>What most kinds' names must be.</summary>
    public const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>What names of namespaces and services must be.</summary>
    public const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>What label and annotation keys must be.</summary>
    public const string QualifiedNameRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    /// <summary>What label values must be.</summary>
    public const string LabelValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    public static bool IsSubdomain(string name) => name.Length <= 253 && Subdomain().IsMatch(name);

    public static bool IsLabel(string name) => name.Length <= 63 && Label().IsMatch(name);

    public static bool IsQualifiedName(string key) => key.Split('/') switch
    {
        [var name] => name.Length <= 63 && Qualified().IsMatch(name),
        [var prefix, var name] => IsSubdomain(prefix) && name.Length <= 63 && Qualified().IsMatch(name),
        _ => false,
    };

    public static bool IsLabelValue(string value) => value.Length <= 63 && (value.Length == 0 || Qualified().IsMatch(value));

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex Qualified();
}
