using System.CommandLine;
using System.Net;
using Kdd.Api.LogViews;
using Kdd.Operator.Sessions;

namespace Kdd.Operator;

/// <summary>The command line, one flag for each of <see cref="OperatorOptions"/>.</summary>
public static class OperatorCommand
{
    private const int InternalPort = 8443;
    private const int ManagementPort = 8081;

    /// <param name="run">Runs the operator; its result is the exit code.</param>
    public static RootCommand Create(Func<OperatorOptions, CancellationToken, Task<int>> run)
    {
        var defaults = new SessionLimits();
        var listen = Endpoint("--listen", "Address and port for the gateway; others must be able to connect to it. Default: port 8443 of $POD_IP, outside a pod of 127.0.0.1.");
        var management = Endpoint("--management-listen", "Address and port of /livez, /readyz and /metrics. Default: port 8081 beside --listen.");
        var gateway = new Option<string>("--gateway-service-account") { Description = "The only user whose stream requests are served.", DefaultValueFactory = _ => "system:serviceaccount:kdd-system:kdd-gateway" };
        var externalUrl = new Option<Uri?>("--external-url") { Description = "Address that browsers use, such as https://kdd.example; status.url begins with it.", CustomParser = argument => ParseUrl(argument) };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Access to the API server. Default: the pod's service account." };
        var @namespace = new Option<string?>("--namespace") { Description = "Namespace of the members' Leases. Default: the service account's own." };
        var buffers = new Option<Quantity>("--max-buffer-memory") { Description = "Bytes of all session buffers together.", DefaultValueFactory = _ => Quantity.Parse("256Mi"), CustomParser = argument => ParseQuantity(argument) };
        var streams = new Option<int>("--max-streams") { Description = "Most open upstream streams.", DefaultValueFactory = _ => defaults.MaxStreams };
        var viewers = new Option<int>("--max-viewers") { Description = "Most viewers.", DefaultValueFactory = _ => defaults.MaxViewers };
        var viewersPerUser = new Option<int>("--max-viewers-per-user") { Description = "Most viewers of one user.", DefaultValueFactory = _ => defaults.MaxViewersPerUser };

        var command = new RootCommand("kdd's operator: turns LogViews into sessions and serves their lines to the gateway.");
        foreach (Option option in new Option[] { listen, management, gateway, externalUrl, kubeconfig, @namespace, buffers, streams, viewers, viewersPerUser })
        {
            command.Options.Add(option);
        }

        command.SetAction((result, cancellationToken) =>
        {
            IPEndPoint internalEndpoint = result.GetValue(listen) ?? new IPEndPoint(DefaultAddress(), InternalPort);
            return run(
                new OperatorOptions
                {
                    Listen = internalEndpoint,
                    Management = result.GetValue(management) ?? new IPEndPoint(internalEndpoint.Address, ManagementPort),
                    Identity = DefaultIdentity(),
                    Namespace = result.GetValue(@namespace) ?? "",
                    GatewayServiceAccount = result.GetValue(gateway)!,
                    ExternalUrl = result.GetValue(externalUrl),
                    Kubeconfig = result.GetValue(kubeconfig),
                    Limits = new SessionLimits
                    {
                        MaxBufferMemory = result.GetValue(buffers).Bytes,
                        MaxStreams = result.GetValue(streams),
                        MaxViewers = result.GetValue(viewers),
                        MaxViewersPerUser = result.GetValue(viewersPerUser),
                    },
                },
                cancellationToken);
        });
        return command;
    }

    private static Option<IPEndPoint?> Endpoint(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = argument =>
        {
            // IPEndPoint takes "8443" for the address 0.0.32.251: an address and a port are asked for.
            string text = argument.Tokens[0].Value;
            if (text.Contains(':') && IPEndPoint.TryParse(text, out IPEndPoint? endpoint) && !endpoint.Address.Equals(IPAddress.Any) && !endpoint.Address.Equals(IPAddress.IPv6Any))
            {
                return endpoint;
            }

            argument.AddError($"{name} \"{text}\" is not ADDRESS:PORT of this machine, such as 127.0.0.1:8443 (no wildcard: the Lease tells the gateway this address)");
            return null;
        },
    };

    private static Uri? ParseUrl(System.CommandLine.Parsing.ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        argument.AddError($"--external-url \"{text}\" is not an http or https address, such as https://kdd.example");
        return null;
    }

    private static Quantity ParseQuantity(System.CommandLine.Parsing.ArgumentResult argument)
    {
        if (!Quantity.TryParse(argument.Tokens[0].Value, out Quantity quantity))
        {
            argument.AddError($"--max-buffer-memory \"{argument.Tokens[0].Value}\" is not a quantity of bytes, such as 256Mi");
        }

        return quantity;
    }

    private static IPAddress DefaultAddress()
        => IPAddress.TryParse(Environment.GetEnvironmentVariable("POD_IP"), out IPAddress? podIP) ? podIP : IPAddress.Loopback;

    /// <summary>Outside a pod several may run on one host, and none must take another's Lease.</summary>
    private static string DefaultIdentity()
        => Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod
            : $"{Environment.MachineName.ToLowerInvariant()}-{Random.Shared.Next(0x100000):x5}";
}
