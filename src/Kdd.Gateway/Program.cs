using Kdd.Gateway;

return await GatewayCommand.Create(RunAsync).Parse(args).InvokeAsync();

static async Task<int> RunAsync(GatewayOptions options, CancellationToken cancellationToken)
{
    try
    {
        await using WebApplication app = GatewayApplication.Create(options, TimeProvider.System);
        await app.StartAsync(cancellationToken);
        app.Logger.LogInformation("The gateway listens on {Listen}, access mode {AccessMode}", options.Listen, options.AccessMode);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
    catch (Exception e) when (e is InvalidOperationException or IOException)
    {
        await Console.Error.WriteLineAsync($"kdd-gateway: {e.Message}");
        return 2;
    }
}
