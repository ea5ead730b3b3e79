using k8s.Authentication;

namespace Kdd.Kubernetes;

/// <summary>
/// A token that an <c>exec</c> plugin of the kubeconfig gives. One plugin process at a time: KubernetesClient's provider
/// would start one for each concurrent request, and never again where the credential names no expiry.
/// </summary>
/// <param name="createProvider">Loads the kubeconfig again: the only way to make the library forget a token.</param>
internal sealed class KubeconfigToken(Func<ITokenProvider> createProvider) : BearerToken, IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private ITokenProvider? _provider;

    public override async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReadAsync_NeedsLock(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public override async ValueTask<string?> RenewAsync(string refused, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await ReadAsync_NeedsLock(cancellationToken).ConfigureAwait(false) is var current && current != refused)
            {
                return current;
            }

            _provider = null;
            string renewed = await ReadAsync_NeedsLock(cancellationToken).ConfigureAwait(false);
            return renewed == refused ? null : renewed;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<string> ReadAsync_NeedsLock(CancellationToken cancellationToken)
    {
        _provider ??= createProvider();
        var header = await _provider.GetAuthenticationHeaderAsync(cancellationToken).ConfigureAwait(false);
        return header?.Parameter ?? throw new InvalidOperationException("the kubeconfig's credential plugin gave no token");
    }
}
