namespace Kdd.Gateway.Routing;

/// <summary>Copies the headers that are named, and no other.</summary>
internal static class HeaderCopy
{
    public static void Response(HttpResponseMessage from, HttpResponse to, ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (from.Headers.TryGetValues(name, out IEnumerable<string>? values))
            {
                to.Headers[name] = values.ToArray();
            }
        }

        if (from.Content.Headers.ContentType is { } type)
        {
            to.ContentType = type.ToString();
        }

        if (from.Content.Headers.ContentLength is { } length)
        {
            to.ContentLength = length;
        }
    }
}
