using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kdd.Kubernetes.Tests.Readme;

/// <summary>The package's readme: its example is the source file beside this one, and works.</summary>
public sealed class ReadmeTests : IAsyncLifetime
{
    private ScriptedApi _api = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ScriptedApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task TheExampleIsTheOneThatIsCompiled()
    {
        string source = await ReadAsync("ReadmeExample.cs");
        string example = source[(source.IndexOf(";\n\n/// <summary>", StringComparison.Ordinal) + 3)..];
        string readme = await ReadAsync("README.md");
        Assert.Contains($"```csharp\n{example}```", readme, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheExampleTellsWhatComesAndGoes()
    {
        var told = Channel.CreateUnbounded<(string, bool)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task running = PodController.RunAsync(
            _api.CreateClient(TimeProvider.System), (name, exists) => told.Writer.TryWrite((name.ToString(), exists)), TimeProvider.System, NullLogger.Instance, stop.Token);
        ScriptedExchange list = await _api.NextAsync();
        Assert.Contains("as=PartialObjectMetadata", list.Header("Accept"), StringComparison.Ordinal);
        await list.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("cart-0", 1)) + TestPod.EndOfList(1));
        Assert.Equal(("shop/cart-0", true), await told.Reader.ReadAsync(Cancelled));
        await list.WriteAsync(TestPod.Notification("DELETED", TestPod.Json("cart-0", 2)));
        Assert.Equal(("shop/cart-0", false), await told.Reader.ReadAsync(Cancelled));
        await stop.CancelAsync();
        await running;
    }

    /// <summary>A file that the build lays beside the tests.</summary>
    private static Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Join(AppContext.BaseDirectory, "Readme", name), Cancelled);
}
