namespace Kdd.Gateway.Streams;

/// <summary>Why the gateway itself ended a stream.</summary>
public enum EndCause
{
    /// <summary>It is stopping; the viewer is asked to come again.</summary>
    Stopping,

    /// <summary>The API server no longer accepts the viewer's token.</summary>
    Token,

    /// <summary>RBAC no longer lets the viewer read.</summary>
    Rights,

    /// <summary>The API server could not be asked for too long.</summary>
    Unconfirmed,

    /// <summary>The viewer reads nothing any more.</summary>
    Stalled,
}
