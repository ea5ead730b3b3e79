namespace Kdd.Kubernetes;

/// <summary>
/// A service-account token in a file that the kubelet rewrites before the token expires. Read again when 10 s old and
/// on 401: the file is a symbolic link that is swapped, so its own time says nothing about its content.
/// </summary>
public sealed class TokenFile(string path, TimeProvider timeProvider) : BearerToken
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private string? _token;
    private long _readAt;

    /// <exception cref="IOException">The file cannot be read and no earlier content is known.</exception>
    public override ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_token is null || timeProvider.GetElapsedTime(_readAt) >= FreshFor)
            {
                Read_NeedsLock();
            }

            return new(_token!);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<string?> RenewAsync(string refused, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Read_NeedsLock();
            return new(_token == refused ? null : _token);
        }
    }

    private void Read_NeedsLock()
    {
        try
        {
            _token = File.ReadAllText(path).Trim();
            _readAt = timeProvider.GetTimestamp();
        }
        catch (IOException) when (_token is not null)
        {
            // The swap of the volume's directory is not atomic for a reader in between: the old token still serves.
        }
    }
}
