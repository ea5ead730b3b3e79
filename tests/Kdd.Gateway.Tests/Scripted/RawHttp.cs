using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kdd.Gateway.Tests.Scripted;

/// <summary>HTTP/1.1 byte for byte: <see cref="HttpClient"/> would fold, escape or refuse what an attacker sends as it is.</summary>
internal static class RawHttp
{
    /// <summary>Sends <paramref name="request"/> and returns the whole answer; the request must ask for <c>Connection: close</c> or be refused.</summary>
    public static async Task<string> SendAsync(Uri server, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public static Task<string> GetAsync(Uri server, string target, string token, params string[] headers)
        => SendAsync(server, $"GET {target} HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n");

    /// <summary>
    /// A connection with a request whose headers never end, from a loopback address of its own where one is named. It may be
    /// closed already, or not even <see cref="TcpClient.Connected"/>, when it comes back.
    /// </summary>
    public static async Task<TcpClient> HalfOpenAsync(Uri server, string target, string from = "127.0.0.1")
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            await client.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {server.Authority}\r\nX-Slow: "), TestContext.Current.CancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // The gateway was faster in closing it.
        }

        return client;
    }

    public static int StatusOf(string answer) => int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
}
