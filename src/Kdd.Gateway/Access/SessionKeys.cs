using Microsoft.AspNetCore.DataProtection;

namespace Kdd.Gateway.Access;

/// <summary>Loads the session keys at start, and tries until it succeeds: no request should be the one to wait for them.</summary>
public sealed class SessionKeys(IDataProtectionProvider protection, TimeProvider timeProvider, ILogger<SessionKeys> logger) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    /// <summary>Whether sessions can be read and written.</summary>
    public bool Loaded { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!Loaded)
        {
            try
            {
                await Task.Run(() => protection.CreateProtector("start").Protect([]), stoppingToken);
                Loaded = true;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("The keys of session cookies cannot be loaded: {Problem}", e.Message);
                await Task.Delay(Retry, timeProvider, stoppingToken);
            }
        }
    }
}
