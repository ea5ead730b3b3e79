using Kdd.Gateway.Access;
using Kdd.Kubernetes;

namespace Kdd.Gateway.Streams;

/// <summary>Who signed in and opened which stream when, as structured log records of one category. No token, no query, no line is in them.</summary>
public sealed class StreamAudit(ILoggerFactory loggers, TimeProvider timeProvider)
{
    public const string Category = "Kdd.Gateway.Audit";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    public void SignedIn(Caller caller) => _logger.LogInformation("Signed in: {User}", caller.UserName);

    public void SignInRefused(HttpContext context) => _logger.LogWarning("Sign-in refused: a token that the API server does not accept, from {Address}", context.Connection.RemoteIpAddress);

    public void Refused(Caller caller, NamespacedName logView, string missing) => _logger.LogWarning(
        "Stream refused: {User} may not read {Namespace}/{LogView}: {Missing}", caller.UserName, logView.Namespace, logView.Name, missing);

    public void Opened(LiveStream stream) => _logger.LogInformation(
        "Stream opened: {User} reads {Namespace}/{LogView} as {MediaType}",
        stream.User.Caller().UserName, stream.LogView.Namespace, stream.LogView.Name, stream.MediaType);

    public void Closed(LiveStream stream) => _logger.LogInformation(
        "Stream closed: {User} read {Namespace}/{LogView} for {Seconds:0.0} s, {Bytes} bytes; {Because}",
        stream.User.Caller().UserName, stream.LogView.Namespace, stream.LogView.Name,
        timeProvider.GetElapsedTime(stream.OpenedAt).TotalSeconds, stream.BytesSent, (object?)stream.EndedBecause ?? "the viewer or the operator closed it");
}
