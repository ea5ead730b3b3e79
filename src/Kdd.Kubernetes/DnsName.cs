namespace Kdd.Kubernetes;

/// <summary>
/// The two name forms of the Kubernetes API (RFC 1123). Whatever passes has neither <c>/</c> nor <c>..</c> nor <c>%</c>
/// nor <c>?</c>, so it is safe as a path segment as it stands.
/// </summary>
public static class DnsName
{
    /// <summary>A namespace, a container, a port name: lower-case letters, digits and inner hyphens, at most 63.</summary>
    public static bool IsLabel(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > 63 || text[0] == '-' || text[^1] == '-')
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Most object names: labels joined by dots, at most 253 characters. As the API server, a label in it may exceed 63.</summary>
    public static bool IsSubdomain(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > 253)
        {
            return false;
        }

        char previous = '.';
        foreach (char c in text)
        {
            bool alphanumeric = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
            if (!alphanumeric && (c != '-' || previous == '.') && (c != '.' || previous is '.' or '-'))
            {
                return false;
            }

            previous = c;
        }

        return previous is not ('.' or '-');
    }
}
