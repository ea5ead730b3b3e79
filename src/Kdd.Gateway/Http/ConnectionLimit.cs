using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kdd.Gateway.Http;

/// <summary>
/// Connections that one client address may hold: past it they are closed before a byte is read, so that one machine's
/// half-open requests cannot use up what the gateway can hold (<see cref="GatewayOptions.MaxConnections"/>).
/// </summary>
internal static class ConnectionLimit
{
    public static void UseConnectionLimit(this ListenOptions listen, int perAddress)
    {
        var open = new ConcurrentDictionary<IPAddress, int>();
        listen.Use(next => async connection =>
        {
            IPAddress address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
            int count = open.AddOrUpdate(address, 1, static (_, count) => count + 1);
            try
            {
                if (count <= perAddress)
                {
                    await next(connection);
                }
                else
                {
                    connection.Abort();
                }
            }
            finally
            {
                if (open.AddOrUpdate(address, 0, static (_, count) => count - 1) == 0)
                {
                    // Only while it still is 0: another connection of the address may have come.
                    open.TryRemove(KeyValuePair.Create(address, 0));
                }
            }
        });
    }
}
