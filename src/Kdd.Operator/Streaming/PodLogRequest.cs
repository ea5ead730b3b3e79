using System.Globalization;
using Kdd.Api.Wire;
using Kdd.Kubernetes;

namespace Kdd.Operator.Streaming;

/// <summary>One request of <c>pods/log</c>, with the API's own parameter names. Timestamps are always asked for.</summary>
internal sealed record PodLogRequest(string Namespace, string Pod, string Container)
{
    public bool Follow { get; init; }

    public bool Previous { get; init; }

    /// <summary>Counts physical lines of the file, where a long line is several pieces of 16 KiB.</summary>
    public int? TailLines { get; init; }

    /// <summary>Unix ns of a whole second: the kubelet sees no finer, and its filter includes that second.</summary>
    public long? SinceTime { get; init; }

    /// <summary>The body is cut after so many bytes, wherever that is.</summary>
    public int? LimitBytes { get; init; }

    public ApiPath ToPath() => ApiPath.To(ResourceType.Pods).In(Namespace).Named(Pod).Subresource("log")
        .With("container", Container)
        .With("timestamps", "true")
        .With("follow", Follow ? "true" : null)
        .With("previous", Previous ? "true" : null)
        .With("limitBytes", LimitBytes?.ToString(CultureInfo.InvariantCulture))
        .With("tailLines", TailLines?.ToString(CultureInfo.InvariantCulture))
        .With("sinceTime", SinceTime is { } time
            ? UnixNanoseconds.ToDateTimeOffset(time).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : null);
}
