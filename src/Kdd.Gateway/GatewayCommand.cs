using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Kdd.Gateway.Access;

namespace Kdd.Gateway;

/// <summary>The command line, one flag for each of <see cref="GatewayOptions"/>.</summary>
public static class GatewayCommand
{
    private const int ViewerPort = 8080;
    private const int ManagementPort = 8081;

    /// <param name="run">Runs the gateway; its result is the exit code.</param>
    public static RootCommand Create(Func<GatewayOptions, CancellationToken, Task<int>> run)
    {
        var listen = Endpoint("--listen", "Address and port for viewers. Default: port 8080 of $POD_IP, outside a pod of 127.0.0.1.");
        var management = Endpoint("--management-listen", "Address and port of /livez, /readyz and /metrics. Default: port 8081 beside --listen.");
        var mode = new Option<string>("--access-mode") { Description = "kubernetes: users bring a token, RBAC decides. none: loopback only, every request acts with --access-credentials.", DefaultValueFactory = _ => "kubernetes" };
        mode.AcceptOnlyFromAmong("kubernetes", "none");
        var credentials = new Option<string?>("--access-credentials") { Description = "Kubeconfig or token file whose rights requests have in access mode none." };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "The gateway's own access to the API server. Default: the pod's service account." };
        var @namespace = new Option<string?>("--namespace") { Description = "Namespace of the operator's member Leases. Default: the gateway's own." };
        var operatorToken = new Option<string>("--operator-token") { Description = "File with the gateway's token of audience kdd-operator.", DefaultValueFactory = _ => "/var/run/secrets/kdd.dev/operator/token" };
        var externalUrl = new Option<Uri?>("--external-url") { Description = "Address that browsers use, such as https://kdd.example, where a proxy lies in between.", CustomParser = ParseUrl };
        var pathBase = new Option<string>("--path-base") { Description = "Path prefix that the proxy in front leaves on requests, such as /tools/kdd. One that it removes needs no flag.", DefaultValueFactory = _ => "" };
        var hosts = new Option<string[]>("--allowed-host") { Description = "A further Host header to answer to, or * for all. Repeatable. On loopback: localhost and loopback addresses always.", DefaultValueFactory = _ => [] };
        var certificate = new Option<string?>("--tls-certificate") { Description = "PEM file of the certificate chain; serves TLS with HTTP/1.1 and HTTP/2." };
        var key = new Option<string?>("--tls-key") { Description = "PEM file of the certificate's key." };
        var keyRing = new Option<string?>("--key-ring-secret") { Description = "Secret in --namespace that replicas share session keys through. Default: keys in memory, sessions end with the process." };
        var webRoot = new Option<string?>("--web-root") { Description = "Folder of the built viewer. Default: wwwroot beside the program." };
        var connections = new Option<int>("--max-connections") { Description = "Most connections at once.", DefaultValueFactory = _ => 10_000 };
        var addressConnections = new Option<int>("--max-connections-per-address") { Description = "Most connections at once of one client address; a proxy in front is one address.", DefaultValueFactory = _ => 2000 };
        var requests = new Option<int>("--requests-per-second") { Description = "Requests for data a second of one client address, bursts of four times as many.", DefaultValueFactory = _ => 100 };

        var command = new RootCommand("kdd's gateway: asks Kubernetes who may read what, forwards streams to the operator replica that owns them, serves the viewer.");
        foreach (Option option in new Option[] { listen, management, mode, credentials, kubeconfig, @namespace, operatorToken, externalUrl, pathBase, hosts, certificate, key, keyRing, webRoot, connections, addressConnections, requests })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (result, cancellationToken) =>
        {
            IPEndPoint viewers = result.GetValue(listen) ?? new IPEndPoint(DefaultAddress(), ViewerPort);
            var options = new GatewayOptions
            {
                Listen = viewers,
                ManagementListen = result.GetValue(management) ?? new IPEndPoint(viewers.Address, ManagementPort),
                AccessMode = result.GetValue(mode) == "none" ? AccessMode.None : AccessMode.Kubernetes,
                AccessCredentials = result.GetValue(credentials),
                Kubeconfig = result.GetValue(kubeconfig),
                Namespace = result.GetValue(@namespace),
                OperatorToken = result.GetValue(operatorToken)!,
                ExternalUrl = result.GetValue(externalUrl),
                PathBase = result.GetValue(pathBase)!,
                AllowedHosts = result.GetValue(hosts)!,
                TlsCertificate = result.GetValue(certificate),
                TlsKey = result.GetValue(key),
                KeyRingSecret = result.GetValue(keyRing),
                MaxConnections = result.GetValue(connections),
                MaxConnectionsPerAddress = result.GetValue(addressConnections),
                RequestsPerSecond = result.GetValue(requests),
            };
            return await run(result.GetValue(webRoot) is { } root ? options with { WebRoot = root } : options, cancellationToken);
        });
        return command;
    }

    private static Option<IPEndPoint?> Endpoint(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = argument =>
        {
            // IPEndPoint takes "8080" for the address 0.0.31.144: an address and a port are asked for.
            string text = argument.Tokens[0].Value;
            if (text.Contains(':') && IPEndPoint.TryParse(text, out IPEndPoint? endpoint))
            {
                return endpoint;
            }

            argument.AddError($"{name} \"{text}\" is not ADDRESS:PORT, such as 127.0.0.1:8080");
            return null;
        },
    };

    private static Uri? ParseUrl(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        argument.AddError($"--external-url \"{text}\" is not an http or https address, such as https://kdd.example");
        return null;
    }

    private static IPAddress DefaultAddress()
        => IPAddress.TryParse(Environment.GetEnvironmentVariable("POD_IP"), out IPAddress? podIP) ? podIP : IPAddress.Loopback;
}
