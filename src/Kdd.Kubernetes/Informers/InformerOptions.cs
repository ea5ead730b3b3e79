using Kdd.Kubernetes.Queues;

namespace Kdd.Kubernetes.Informers;

/// <summary>What an informer lists and watches, and how patient it is. The defaults are client-go's reflector's, but for the watchdog.</summary>
public sealed record InformerOptions
{
    /// <summary>What to list and watch.</summary>
    public required ResourceType Type { get; init; }

    /// <summary>Null: all namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>In the API's text form, such as <c>app=cart,tier!=db</c>; null: all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>In the API's text form, such as <c>spec.nodeName=node-1</c>; null: all.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Ask for the list as a stream (KEP-3157); a server that cannot is asked for pages.</summary>
    public bool WatchList { get; init; } = true;

    /// <summary>Objects per page of a list; the API server cuts a list only when asked to.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>A watch silent for this long is opened anew. The API server sends a bookmark every minute (<c>defaultBookmarkFrequency</c>).</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>After failures: an error answer, a stall, garbage.</summary>
    public BackOff BackOff { get; init; } = new(TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(30));

    /// <summary>
    /// Where nobody answered. Short, because a refused connection costs the API server nothing and the promise is to be
    /// back within 3 s of its return.
    /// </summary>
    public BackOff ConnectBackOff { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));

    /// <summary>Where a right is missing: nobody tells when it is granted, and work should be back within 10 s of it.</summary>
    public BackOff ForbiddenBackOff { get; init; } = new(TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(8));

    /// <summary>At least this long between two full lists: a storm of 410 must not become a storm of lists.</summary>
    public TimeSpan ListInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A watch that held this long starts the back-off anew.</summary>
    public TimeSpan Healthy { get; init; } = TimeSpan.FromMinutes(2);

    internal ApiPath Path
    {
        get
        {
            ApiPath path = ApiPath.To(Type);
            return (Namespace is null ? path : path.In(Namespace)).With("labelSelector", LabelSelector).With("fieldSelector", FieldSelector);
        }
    }
}
