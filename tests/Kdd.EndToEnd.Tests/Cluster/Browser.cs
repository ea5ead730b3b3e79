using Microsoft.Playwright;
using Xunit;

namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary>A real Chromium, headless. <c>KDD_CHROMIUM</c> names it where it is not at Debian's place.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        // How long a busy machine may take, not how long things take.
        Assertions.SetDefaultExpectTimeout(60_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("KDD_CHROMIUM") is { Length: > 0 } path ? path : "/usr/bin/chromium",
            Args = Arguments,
        });
    }

    /// <summary>A page of a fresh profile, with the rights of the tests' user.</summary>
    public Task<IPage> OpenAsync() => _browser!.NewPageAsync(new BrowserNewPageOptions
    {
        ViewportSize = new ViewportSize { Width = 1280, Height = 800 },
        ExtraHTTPHeaders = InstalledCluster.Token is { } token ? [new("Authorization", "Bearer " + token)] : null,
    });

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
