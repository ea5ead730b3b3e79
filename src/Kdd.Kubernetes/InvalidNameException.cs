namespace Kdd.Kubernetes;

/// <summary>A name that must not enter a request path. The message quotes at most 100 characters of it.</summary>
public sealed class InvalidNameException(string part, string? value) : ArgumentException(Describe(part, value))
{
    private static string Describe(string part, string? value)
    {
        string text = value ?? "";
        string quoted = text.Length > 100 ? text[..100] + "…" : text;
        return $"{part} \"{quoted}\" is not a valid RFC 1123 name: lower-case letters, digits, '-' and (in object names) '.', beginning and ending with a letter or digit";
    }
}
